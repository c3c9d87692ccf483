package arg

import (
	"testing"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func constant(kind registry.ArgKind, text string, n int64) registry.Actual {
	return registry.Actual{Kind: kind, Given: true, Const: true, Text: text, Num: n}
}

func TestConstantsAreCheckedAtStart(t *testing.T) {
	for _, tc := range []struct {
		a    registry.Actual
		want int64
		err  string
	}{
		{constant(registry.ArgFormat, "10", 0), 10, ""},
		{constant(registry.ArgFormat, "", 404), 404, ""},
		{constant(registry.ArgInt, "", 1), 1, ""},
		{constant(registry.ArgFormat, "7000", 0), 0, "code must be 1 to 699, not 7000"},
		{constant(registry.ArgFormat, "abc", 0), 0, `code must be a number from 1 to 699, not "abc"`},
		{constant(registry.ArgFormat, "", 0), 0, `code must be a number from 1 to 699, not ""`},
	} {
		n, err := NewNumber([]registry.Actual{tc.a}, 0, "code", 1, 699)
		if err != nil {
			if err.Error() != tc.err {
				t.Errorf("%+v: error %q, want %q", tc.a, err, tc.err)
			}
			continue
		}
		if got, ok := n.Get(nil); tc.err != "" || !ok || got != tc.want {
			t.Errorf("%+v: %d %v, want %d %q", tc.a, got, ok, tc.want, tc.err)
		}
	}
}

func TestComputedNumbersAreCheckedAtEachCall(t *testing.T) {
	c := new(rt.Ctx)
	c.Reset(&rt.Program{}, nil)
	var v value.Value
	a := registry.Actual{Kind: registry.ArgFormat, Given: true, Eval: func(*rt.Ctx) value.Value { return v }}
	n, err := NewNumber([]registry.Actual{a}, 0, "code", 100, 699)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		v    value.Value
		want int64
		ok   bool
	}{
		{value.FromInt(200), 200, true},
		{c.NewString([]byte("486")), 486, true},
		{value.FromInt(99), 99, false},
		{c.NewString([]byte("4x")), 0, false},
		{value.Value{}, 0, false},
	} {
		v = tc.v
		if got, ok := n.Get(c); got != tc.want || ok != tc.ok {
			t.Errorf("%v: %d %v, want %d %v", tc.v, got, ok, tc.want, tc.ok)
		}
	}
	v = value.FromInt(200)
	if got := testing.AllocsPerRun(100, func() { n.Get(c) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
