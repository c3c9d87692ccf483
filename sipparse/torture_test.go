package sipparse

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"
)

const tortureDir = "../../shared/spec/torture"

// tortureErr is what is wrong with each message of RFC 4475 and RFC 5118 that
// Validate must refuse, or that it refuses where the RFCs leave the choice.
var tortureErr = map[string]Err{
	"rfc4475/badinv01.dat":         ErrBadVia,
	"rfc4475/clerr.dat":            ErrBodyTooShort,
	"rfc4475/ncl.dat":              ErrBadContentLength,
	"rfc4475/scalar02.dat":         ErrBadCSeq,
	"rfc4475/scalarlg.dat":         ErrBadCSeq | errDrop,
	"rfc4475/quotbal.dat":          ErrBadTo,
	"rfc4475/ltgtruri.dat":         ErrBadURI,
	"rfc4475/lwsruri.dat":          ErrBadURI,
	"rfc4475/lwsstart.dat":         ErrBadRequestLine,
	"rfc4475/trws.dat":             ErrBadRequestLine,
	"rfc4475/escruri.dat":          ErrURIHeaders,
	"rfc4475/baddn.dat":            ErrTruncated,
	"rfc4475/baddn.terminated.dat": ErrBadFrom,
	"rfc4475/badvers.dat":          ErrVersion,
	"rfc4475/mismatch01.dat":       ErrCSeqMethod,
	"rfc4475/mismatch02.dat":       ErrCSeqMethod,
	"rfc4475/bigcode.dat":          ErrBadReply | errDrop,
	"rfc4475/insuf.dat":            ErrMissing(false, true, true, true, false),
	"rfc4475/multi01.dat":          ErrDupFrom,
	"rfc4475/mcl01.dat":            ErrContentLengths,
	"rfc5118/ipv6-bad.dat":         ErrBadURI,
}

func TestTortureMessagesHaveTheirOutcome(t *testing.T) {
	f, err := os.Open(filepath.Join(tortureDir, "index.csv"))
	if err != nil {
		t.Skip("no torture messages: ", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		name, must := row[0], row[4]
		m, err := os.ReadFile(filepath.Join(tortureDir, name))
		if err != nil {
			t.Fatal(err)
		}
		var x Index
		e := Parse(m, &x)
		if v := x.Validate(m); v != e && e != OK {
			t.Errorf("%s: Validate gives %s after %s", name, v, e)
		} else {
			e = v
		}
		if e != tortureErr[name] {
			t.Errorf("%s: %v at %d, want %v", name, e.String(), x.ErrOffset(), tortureErr[name].String())
		}
		// "accept" speaks of syntax; what else is wrong has an error of its own.
		semantic := e == ErrCSeqMethod || e == ErrMissing(false, true, true, true, false)
		if must == "accept" && e != OK && !semantic || must == "reject" && e == OK {
			t.Errorf("%s: %s, want %s", name, e.String(), must)
		}
		if e != OK && x.IsRequest() {
			if !e.Answerable() {
				t.Errorf("%s: %s cannot be answered", name, e.String())
			}
			if _, e := x.TopVia(m); e != OK && name != "rfc4475/badinv01.dat" {
				t.Errorf("%s: no Via to answer by: %s", name, e.String())
			}
		}
	}
	if n := len(rows) - 1; n != 62 {
		t.Errorf("%d messages, want 62", n)
	}
}
