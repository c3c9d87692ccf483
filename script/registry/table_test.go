package registry

import (
	"strings"
	"testing"

	"sipedge/script/rt"
)

type config struct {
	N    int64
	On   bool
	S    string
	List []string
}

func params() []Param {
	return []Param{
		{Name: "n", Aliases: []string{"number"}, Type: ParamInt, Min: 1, Max: 10, Field: func(c any) any { return &c.(*config).N }},
		{Name: "on", Type: ParamBool, Field: func(c any) any { return &c.(*config).On }},
		{Name: "s", Type: ParamString, Field: func(c any) any { return &c.(*config).S }},
		{Name: "list", Type: ParamList, Field: func(c any) any { return &c.(*config).List }},
	}
}

func modules() []*Module {
	return []*Module{
		{Name: "usrloc", Functions: []Function{{Name: "lookup", Aliases: []string{"find"}}}, PVs: []PV{{Name: "ulc"}}, Params: params()},
		{Name: "registrar", Requires: []string{"usrloc"}, Params: params(), NewConfig: func() any { return &config{N: 3} }},
		{Name: "db_mysql", Aliases: []string{"mysql"}},
	}
}

func TestModuleNameIgnoresThePath(t *testing.T) {
	for in, want := range map[string]string{"modules_k/usrloc.so": "usrloc", "/usr/lib/x/tm.so": "tm", "sl": "sl", "cpl-c.so": "cpl-c"} {
		if got := ModuleName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestNamesDefinedTwiceAreRefused(t *testing.T) {
	_, err := NewTable(Core{
		Functions: []Function{{Name: "f"}, {Name: "g", Aliases: []string{"f"}}},
		PVs:       []PV{{Name: "x"}},
		Params:    []Param{{Name: "p"}, {Name: "p"}},
		Keywords:  []Keyword{{Name: "k"}, {Name: "k"}},
		Events:    []string{"a:b"},
	}, &Module{Name: "m", PVs: []PV{{Name: "x"}}, Params: []Param{{Name: "a"}, {Name: "b", Aliases: []string{"a"}}}, Events: []string{"a:b"},
		Selects: []Select{{Prefix: "s"}, {Prefix: "s"}}, Transformations: []Transformation{{Class: "s", Name: "len"}, {Class: "s", Name: "len"}}},
		&Module{Name: "m"})
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{`function "f"`, `pseudo-variable "x"`, `core parameter "p"`, `keyword "k"`, `parameter "a" of module "m"`, `event "a:b"`, `select "s"`, `transformation "s.len"`, `module "m"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in %v", want, err)
		}
	}
}

func TestRowsOfModulesNeedTheModule(t *testing.T) {
	tab, err := NewTable(Core{}, modules()...)
	if err != nil {
		t.Fatal(err)
	}
	if f, owner := tab.Function("find"); f != nil || owner != "usrloc" {
		t.Errorf("not loaded: %v %q", f, owner)
	}
	if f, owner := tab.Function("nothing"); f != nil || owner != "" {
		t.Errorf("unknown: %v %q", f, owner)
	}
	loaded := tab.WithLoaded([]*Module{tab.FindModule("modules/usrloc.so")})
	if f, _ := loaded.Function("find"); f == nil || f.Name != "lookup" {
		t.Error("an alias of a loaded module's function is not found")
	}
	if p, _ := loaded.PV("ulc"); p == nil {
		t.Error("a loaded module's variable is not found")
	}
	if tab.Resolved() || !loaded.Resolved() || tab.IsLoaded("usrloc") || !loaded.IsLoaded("usrloc") {
		t.Error("loading changed the table that it began with")
	}
	if tab.FindModule("mysql.so") != tab.Modules["db_mysql"] {
		t.Error("an older name of a module is not found")
	}
}

func TestModparamNamesModulesByPattern(t *testing.T) {
	tab, _ := NewTable(Core{}, modules()...)
	tab = tab.WithLoaded([]*Module{tab.Modules["usrloc"], tab.Modules["registrar"]})
	for pattern, want := range map[string]int{"usrloc": 1, "usrloc|registrar": 2, "registrar|usrloc|db_mysql": 2, "mysql": 0, "db_mysql": 0, "usr": 0, "u.*c": 1} {
		ms, err := tab.MatchModules(pattern)
		if err != nil || len(ms) != want {
			t.Errorf("%q: %d modules, want %d (%v)", pattern, len(ms), want, err)
		}
	}
	if _, err := tab.MatchModules("(["); err == nil {
		t.Error("a bad pattern was taken")
	}
}

func TestSetChecksTypeAndRange(t *testing.T) {
	tab, _ := NewTable(Core{Params: params(), NewConfig: func() any { return &config{} }}, modules()...)
	tab = tab.WithLoaded([]*Module{tab.Modules["registrar"]})
	cfgs := tab.NewConfigs()
	c := cfgs[""].(*config)
	if cfgs["registrar"].(*config).N != 3 {
		t.Error("a module's defaults are not set")
	}
	for _, tt := range []struct {
		name string
		v    ParamValue
		want string // of the error, "" for none
	}{
		{"n", IntValue(10), ""},
		{"number", IntValue(11), "from 1 to 10, not 11"},
		{"n", StrValue("5"), `takes a number, not "5"`},
		{"on", StrValue("Yes"), ""},
		{"on", StrValue("maybe"), "takes yes or no"},
		{"s", IntValue(7), ""},
		{"list", StrValue("a"), ""},
		{"list", StrValue("b"), ""},
	} {
		err := tab.Params[tt.name].Set(c, tt.v)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s = %+v: %v, want %q", tt.name, tt.v, err, tt.want)
		}
	}
	if c.N != 10 || !c.On || c.S != "7" || strings.Join(c.List, ",") != "a,b" {
		t.Errorf("%+v", *c)
	}
}

func TestSelectTakesTheLongestPrefix(t *testing.T) {
	tab, err := NewTable(Core{Selects: []Select{{Prefix: "msg"}, {Prefix: "msg.header"}}})
	if err != nil {
		t.Fatal(err)
	}
	path := []SelectStep{{Name: "msg"}, {Name: "header"}, {IsArg: true, Arg: "To"}}
	if s, n := tab.Select(path); s == nil || s.Prefix != "msg.header" || n != 2 {
		t.Errorf("%+v %d", s, n)
	}
	if s, n := tab.Select(path[:1]); s == nil || s.Prefix != "msg" || n != 1 {
		t.Errorf("%+v %d", s, n)
	}
	if s, _ := tab.Select([]SelectStep{{Name: "nothing"}}); s != nil {
		t.Errorf("%+v", s)
	}
}

func TestConstantWords(t *testing.T) {
	for w, want := range map[string]int64{"UDP": int64(rt.ProtoUDP), "tls": int64(rt.ProtoTLS), "INET": AFInet, "inet6": AFInet6} {
		if n, ok := WordValue(w); !ok || n != want {
			t.Errorf("%s: %d %v", w, n, ok)
		}
	}
	if _, ok := WordValueBytes([]byte("wireless9")); ok {
		t.Error("an unknown word has a value")
	}
}

// TestAnEventsNameMayBeOpen: a module can run a block per table of its own.
func TestAnEventsNameMayBeOpen(t *testing.T) {
	tab, err := NewTable(Core{}, &Module{Name: "m", Events: []string{"m:start", "m:gone:*"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"m:start": true, "m:gone:a": true, "m:gone:": false, "m:start:a": false, "m:gon": false} {
		if _, ok := tab.Event(name); ok != want {
			t.Errorf("%s: %v", name, ok)
		}
	}
}
