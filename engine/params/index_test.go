package params

import (
	"encoding/csv"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sipedge/script/registry"
)

// notRows are entries of the index that are no parameters by themselves.
var notRows = map[string]string{
	"log levels":                      "names of values",
	"description":                     "a word of a custom global's declaration",
	"custom cfg var group.name=value": "declared by the script, not by a row",
	"flags":                           "a declaration of the grammar",
	"avpflags":                        "a declaration of the grammar",
	"loadmodule":                      "a statement of the grammar",
	"modparam":                        "a statement of the grammar",
}

// differ are defaults and types that differ from the index on purpose.
var differ = map[string]string{
	"dns_try_ipv6":        "on, as Kamailio 3.1 and 5.6 have it",
	"sip_warning":         "the header tells an attacker about the network: off, as Kamailio 3.1 and 5.6 have it",
	"advertised_port":     "the number 0 stands for the socket's port",
	"workdir":             "/ in the background only",
	"listen":              "TLS is served where it is enabled",
	"disable_tls":         "TLS is off unless it is enabled, as in Kamailio 3.1 and 5.6",
	"tcp_max_connections": "from the limit on descriptors, less a reserve",
	"sctp_socket_rcvbuf":  "all associations share it: as UDP's",
	"sctp_socket_sndbuf":  "all associations share it: as UDP's",
	"loadpath":            "there is no module directory",
	"tls_*":               "the index gives no defaults",
	"udp4_raw":            "three in one line of the index",
}

// indexRow is one parameter as the index has it.
type indexRow struct {
	name, sig, def, changeable string
	aliases                    []string
}

var braces = regexp.MustCompile(`\{([^}]*)\}`)

// indexRows reads the param-* rows, taking lines that stand for several
// parameters apart.
func indexRows(t *testing.T) (rows []indexRow) {
	f, err := os.Open("testdata/cookbook-index.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := map[string]int{}
	for i, n := range lines[0] {
		col[n] = i
	}
	for _, l := range lines[1:] {
		get := func(n string) string { return l[col[n]] }
		if !strings.HasPrefix(get("category"), "param-") {
			continue
		}
		r := indexRow{sig: get("type_or_signature"), def: get("default"), changeable: get("runtime_changeable")}
		r.aliases = strings.FieldsFunc(get("aliases"), func(c rune) bool { return c == ',' || c == ' ' })
		names := strings.Split(get("name"), " / ")
		switch m := braces.FindStringSubmatch(get("name")); {
		case m != nil:
			names = nil
			for _, alt := range strings.Split(m[1], ",") {
				names = append(names, strings.Fields(strings.Replace(get("name"), m[0], alt, 1))[0])
			}
		case strings.HasPrefix(get("name"), "tls_*"):
			names = strings.Split(r.sig, ", ")
			r.sig = ""
		}
		for i, n := range names {
			one := r
			one.name = n
			if defs := strings.Split(r.def, " / "); len(defs) == len(names) {
				one.def = defs[i]
			}
			rows = append(rows, one)
		}
	}
	return rows
}

func byName() map[string]*registry.Param {
	m := map[string]*registry.Param{}
	rows := Rows()
	for i := range rows {
		m[rows[i].Name] = &rows[i]
	}
	return m
}

// Every parameter of the cookbook, under each of its names, with the cookbook's
// default and type.
func TestEveryParameterOfTheCookbookIsARow(t *testing.T) {
	have := byName()
	n := 0
	for _, r := range indexRows(t) {
		if notRows[r.name] != "" {
			continue
		}
		n++
		p := have[r.name]
		if p == nil {
			t.Errorf("%s: no row", r.name)
			continue
		}
		for _, a := range r.aliases {
			if !slices.Contains(p.Aliases, a) {
				t.Errorf("%s: no alias %s", r.name, a)
			}
		}
		if differ[r.name] != "" || r.sig == "" {
			continue
		}
		if !sameType(p.Type, r.sig) {
			t.Errorf("%s: type %v, index %q", r.name, p.Type, r.sig)
		}
		if !sameDefault(p, r.def) {
			t.Errorf("%s: default %q, index %q", r.name, p.Default, r.def)
		}
		if strings.HasPrefix(r.changeable, "y") && !p.Reloadable {
			t.Errorf("%s: changeable at run time in the index, but not by a reload", r.name)
		}
	}
	if n < 150 {
		t.Errorf("only %d parameters found in the index", n)
	}
}

func sameType(have registry.ParamType, sig string) bool {
	sig = strings.Fields(sig)[0]
	switch have {
	case registry.ParamBool:
		return sig == "bool"
	case registry.ParamInt:
		return sig == "int" || sig == "0/1/2" || sig == "bool" // bool: numbers of more than two values there
	case registry.ParamString:
		// A number that may also be given by name is kept as its text.
		return slices.Contains([]string{"string", "string/ID", "string:", "ip", "syslog", "ID/string", "IPv4", "IPv6", "int", "TCP,TLS,SCTP,UDP"}, sig)
	case registry.ParamList:
		return strings.HasPrefix(sig, "[proto:]") || sig == "loadpath"
	}
	return false
}

// sameDefault compares a default with the index, where words say the same in
// several ways: "3 (L_DBG)", "no per seed", "10 MB", "(empty: …)".
func sameDefault(p *registry.Param, index string) bool {
	have := strings.ToLower(p.Default)
	want := strings.ToLower(index)
	if have == want || want == "" || strings.HasPrefix(want, "(empty") && (have == "" || have == "0") {
		return true
	}
	first := strings.Fields(want)[0]
	if p.Type == registry.ParamBool {
		a, ok1 := registry.ParseBool(have)
		b, ok2 := registry.ParseBool(first)
		return ok1 && ok2 && a == b
	}
	if n, err := strconv.Atoi(have); err == nil {
		m, err := strconv.Atoi(first)
		return err == nil && n == m
	}
	if strings.HasSuffix(first, ":") { // "Server: <name> (<ver> …)"
		return strings.HasPrefix(have, first)
	}
	return have == first || strings.HasPrefix(want, have)
}

func TestRowsAreSound(t *testing.T) {
	seen := map[string]string{}
	c := New()
	for _, p := range Rows() {
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			if seen[n] != "" {
				t.Errorf("%s is a name of %s and of %s", n, seen[n], p.Name)
			}
			seen[n] = p.Name
		}
		if p.Doc == "" || p.Source == "" || !strings.HasSuffix(p.Doc, ".") {
			t.Errorf("%s: no doc or source", p.Name)
		}
		switch f := p.Field(c).(type) {
		case *int64:
			if p.Type != registry.ParamInt || (p.Min != 0 || p.Max != 0) && (*f < p.Min || *f > p.Max) {
				t.Errorf("%s: type or default %d outside %d to %d", p.Name, *f, p.Min, p.Max)
			}
		case *bool:
			if p.Type != registry.ParamBool {
				t.Errorf("%s: type", p.Name)
			}
		case *string:
			if p.Type != registry.ParamString {
				t.Errorf("%s: type", p.Name)
			}
		case *[]string:
			if p.Type != registry.ParamList {
				t.Errorf("%s: type", p.Name)
			}
		default:
			t.Errorf("%s: field of type %T", p.Name, f)
		}
		if p.Check != nil {
			if err := p.Check(c); err != nil {
				t.Errorf("%s refuses its own default: %v", p.Name, err)
			}
		}
	}
}

// Two rows that share a field would overwrite each other.
func TestEachRowHasAFieldOfItsOwn(t *testing.T) {
	c := New()
	owner := map[any]string{}
	for _, p := range Rows() {
		f := p.Field(c)
		if owner[f] != "" {
			t.Errorf("%s and %s share a field", owner[f], p.Name)
		}
		owner[f] = p.Name
	}
}

func TestDefaultsAreThoseOfTheRows(t *testing.T) {
	c := New()
	if c.Children != 8 || c.Port != 5060 || c.Debug != 0 || !c.SynBranch || !c.ServerSignature || c.Home != "auto" ||
		c.MaxWhileLoops != 100 || c.SIPWarning || !c.AutoAliases || TOSValue(c.TOS) != 0x10 || c.LogLines != 100 {
		t.Errorf("%+v", c)
	}
	if !strings.HasPrefix(c.ServerHeader, "Server: sipedge ("+Version) {
		t.Error(c.ServerHeader)
	}
}
