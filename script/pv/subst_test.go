package pv

import (
	"testing"

	"sipedge/script/rt"
)

// TestReplacementsComputeTheirVariablesOnce: a variable whose text is built in
// the arena stands once in the result, wherever it stands in the replacement.
func TestReplacementsComputeTheirVariablesOnce(t *testing.T) {
	b := newBuild()
	x, err := NewSubstitution(b, `/b(c)/<$var(a)-\1-$var(a)>\$var(a)/g`)
	if err != nil {
		t.Fatal(err)
	}
	c := new(rt.Ctx)
	c.Reset(b.prog, nil)
	c.Vars[b.vars["a"]] = c.NewString([]byte("long"))
	v, hit, ok := x.Apply(c, []byte("abcabc"))
	if got := string(c.Bytes(v)); !hit || !ok || got != "a<long-c-long>$var(a)a<long-c-long>$var(a)" {
		t.Errorf("%q %v %v", got, hit, ok)
	}
}

// TestComputedSubstitutionsReadNoVariables: a $ in a computed text is a $.
func TestComputedSubstitutionsReadNoVariables(t *testing.T) {
	for _, tc := range []struct{ subst, in, want, err string }{
		{`/b/x/`, "abcb", "axcb", ""},
		{`/B/x/gi`, "abcb", "axcx", ""},
		{`,(b)(c),\2\1,`, "abcb", "acbb", ""},
		{`/a\/b/-/`, "a/b", "-", ""},
		{`/b/$ru/`, "abc", "a$ruc", ""},
		{`/b/\n\t\$/`, "abc", "a\n\t$c", ""},
		{`/b//`, "abc", "ac", ""},
		{`/z/x/`, "abc", "", ""},
		{`/b/x`, "abc", "", errSubstForm.Error()},
		{`xx`, "abc", "", errSubstForm.Error()},
		{`/b/\1/`, "abc", "", errSubstGroup.Error()},
		{`/b/x/q`, "abc", "", errSubstFlag.Error()},
	} {
		b := newBuild()
		c := new(rt.Ctx)
		c.Reset(b.prog, nil)
		v, hit, err := ApplySubstText(b, c, []byte(tc.subst), []byte(tc.in))
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got := string(c.Bytes(v)); got != tc.want || hit != (tc.want != "") || text != tc.err {
			t.Errorf("%s: %q %v, error %q; want %q, error %q", tc.subst, got, hit, text, tc.want, tc.err)
		}
	}
}
