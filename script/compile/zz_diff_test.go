package compile_test

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"
)

func TestZZDiff(t *testing.T) {
	b, err := os.ReadFile("/tmp/cc/diff/res.json")
	if err != nil {
		t.Skip()
	}
	var r struct {
		Exprs, Out map[string]string
		Pre        string
	}
	json.Unmarshal(b, &r)
	n, bad := 0, 0
	var ids []string
	for id := range r.Exprs {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		e := r.Exprs[id]
		e2 := strings.ReplaceAll(e, "$rU", "$user")
		t.Run("", func(t *testing.T) {
			w := &world{}
			got := says(t, w, `route { `+r.Pre+` $avp(u2)=1; $var(r)="unset"; $var(r) = `+e2+`; say("$var(r)"); if (`+e2+`) say("t"); else say("f"); }`)
			k := strings.LastIndex(got, " ")
			n++
			if r.Out["C"+id] != "" && got[:k] != r.Out["T"+id] || got[k+1:] != r.Out["C"+id] {
				bad++
				fmt.Printf("%s\n   ours %q %s  theirs %q %s\n", e, got[:k], got[k+1:], r.Out["T"+id], r.Out["C"+id])
			}
		})
	}
	fmt.Println(n, "compared", bad, "differ")
}
