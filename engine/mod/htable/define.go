package htable

import (
	"fmt"
	"strconv"
	"strings"
)

// definition is a table as a configuration describes it. What it holds is a
// *table, which outlives configurations; the definition is immutable once its
// configuration is current.
type definition struct {
	name string
	// size is the exponent of the number of slots that the table begins with.
	size int
	// autoexpire is how long an item lives after it was written, in seconds; 0: for ever.
	autoexpire int64
	// updateexpire: writing to an item begins its life anew.
	updateexpire bool
	// initval is what an item that does not exist reads as, where hasInit is set.
	initval int64
	hasInit bool
	// maxItems and maxBytes bound the table (parameters of the module).
	maxItems, maxBytes int64

	notes []string // accepted without effect, for one line at start

	table *table // set by Prepare
}

// parseDefinition reads "name=>attribute=value;…" of the parameter htable.
func parseDefinition(text string) (*definition, error) {
	name, rest, ok := strings.Cut(text, "=>")
	name = strings.TrimSpace(name)
	if !ok {
		return nil, fmt.Errorf("takes \"name=>size=8;autoexpire=7200;…\", not %q", text)
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	d := &definition{name: name, size: defaultSize, updateexpire: true}
	seen := map[string]bool{}
	for _, a := range splitAttributes(rest) {
		key, val, ok := strings.Cut(a, "=")
		key, val = strings.TrimSpace(key), unquote(strings.TrimSpace(val))
		if !ok {
			return nil, fmt.Errorf("table %q: %q is no attribute=value", name, a)
		}
		if seen[key] {
			return nil, fmt.Errorf("table %q: %s is given twice", name, key)
		}
		seen[key] = true
		if err := d.attribute(key, val); err != nil {
			return nil, fmt.Errorf("table %q: %w", name, err)
		}
	}
	return d, nil
}

func (d *definition) attribute(key, val string) error {
	number := func(least, most int64) (int64, error) {
		n, err := strconv.ParseInt(val, 10, 64)
		if err != nil || n < least || n > most {
			return 0, fmt.Errorf("%s takes a number from %d to %d, not %q", key, least, most, val)
		}
		return n, nil
	}
	flag := func() (bool, error) {
		n, err := number(0, 1)
		return n == 1, err
	}
	var n int64
	var err error
	switch key {
	case "size":
		if n, err = number(0, 31); err == nil {
			d.size = clampSize(int(n))
		}
	case "autoexpire":
		d.autoexpire, err = number(0, maxSeconds)
	case "updateexpire":
		d.updateexpire, err = flag()
	case "initval":
		d.initval, err = number(-1<<31, 1<<31-1)
		d.hasInit = true
	case "dbtable":
		if val != "" {
			return fmt.Errorf("dbtable=%s: tables are not loaded from a database by this version; take the attribute out "+
				"and fill the table in event_route[htable:mod-init]", val)
		}
	case "dbmode":
		if on, err := flag(); err != nil || on {
			return fmt.Errorf("dbmode=%s: tables are not written to a database by this version", val)
		}
	case "cols", "colnull", "dmqreplicate":
		if key == "dmqreplicate" {
			if on, err := flag(); err != nil || !on {
				return err
			}
		}
		d.notes = append(d.notes, key)
	default:
		return fmt.Errorf("unknown attribute %q; there are size, autoexpire, updateexpire, initval, dbtable, dbmode, cols, colnull and dmqreplicate", key)
	}
	return err
}

func clampSize(n int) int {
	switch {
	case n < minSize:
		return defaultSize
	case n > maxSize:
		return maxSize
	}
	return n
}

// checkName: what can stand before "=>" in a script.
func checkName(name string) error {
	if name == "" {
		return fmt.Errorf("the table's name is missing before \"=>\"")
	}
	for _, c := range []byte(name) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("=>;()$\"'", c) >= 0 {
			return fmt.Errorf("the table's name %q has the character %q in it", name, c)
		}
	}
	return nil
}

// splitAttributes cuts at ";" outside of quotes; empty parts do not count.
func splitAttributes(s string) []string {
	var out []string
	var quote byte
	start := 0
	for i := 0; i <= len(s); i++ {
		switch {
		case i < len(s) && quote != 0:
			if s[i] == quote {
				quote = 0
			}
		case i < len(s) && (s[i] == '\'' || s[i] == '"'):
			quote = s[i]
		case i == len(s) || s[i] == ';':
			if p := strings.TrimSpace(s[start:i]); p != "" {
				out = append(out, p)
			}
			start = i + 1
		}
	}
	return out
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
