package sctpvm

import (
	"strings"
	"testing"
)

// A machine that ends before its last check has failed, whatever it said until then.
func TestTheConsoleIsRead(t *testing.T) {
	var r Result
	if !r.read(strings.NewReader("[ 0.1] boot\r\nRESULT ok SC001 a=b: fine; quite\r\nRESULT FAIL other: bad: worse\r\n--- log\r\nOVER\r\n")) {
		t.Error("it has not come to its end")
	}
	if len(r.Checks) != 2 || r.Checks[0] != (Check{"SC001 a=b", true, "fine; quite"}) || r.Checks[1] != (Check{"other", false, "bad: worse"}) {
		t.Errorf("%+v", r.Checks)
	}
	if len(r.Failed()) != 1 || !strings.Contains(r.Console, "[ 0.1] boot\n--- log") || !strings.Contains(r.Report(), "FAIL other: bad: worse") {
		t.Errorf("%q %s", r.Console, r.Report())
	}
	r = Result{}
	if r.read(strings.NewReader("RESULT ok a: b\r\n")) {
		t.Error("it has come to its end")
	}
}
