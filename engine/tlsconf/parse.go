package tlsconf

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Section is a profile as a file has it: [server:default], [client:192.0.2.1:5061],
// [server:any].
type Section struct {
	Role Role
	// Default and Any are set for these words; else Addr is. Its port is 0 for any.
	Default, Any bool
	Addr         netip.AddrPort
	Settings     Settings
	// File and Line are where it begins, for messages; "" for one of no file, whose
	// settings are named by Origin then, with %s for the setting.
	File   string
	Line   int
	Origin string
}

// Name is the section as it is written.
func (s *Section) Name() string {
	switch {
	case s.Default:
		return s.Role.String() + ":default"
	case s.Any:
		return s.Role.String() + ":any"
	case s.Addr.Port() == 0:
		return s.Role.String() + ":" + s.Addr.Addr().String()
	}
	return s.Role.String() + ":" + s.Addr.String()
}

// where is the place of a setting, for messages.
func (s *Section) where(setting string) string {
	if s.File == "" {
		return strings.ReplaceAll(s.Origin, "%s", setting)
	}
	line := s.Line
	if n := s.Settings.lines[setting]; n > 0 {
		line = n
	}
	return fmt.Sprintf("%s:%d", s.File, line)
}

// FileError is what is wrong with a file of profiles, or with one that it names.
type FileError struct {
	File string
	Line int
	Text string
}

// Error is "file:line: text".
func (e *FileError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

// entry is a line of a section.
type entry struct {
	name, value string
	line        int
}

// Text is a file with profiles.
type Text struct{ File, Text string }

// Parse reads profiles from texts in the form of Kamailio's tls.cfg. All errors, each a
// *FileError, are found at once, and stand in the order of their lines.
func Parse(texts ...Text) (all []*Section, errs []error) {
	var entries [][]entry
	for _, t := range texts {
		a, e, wrong := parseText(t.File, t.Text)
		all, entries, errs = append(all, a...), append(entries, e...), append(errs, wrong...)
	}
	errs = append(errs, resolve(all, entries)...)
	place := func(e error) (file, line int) {
		f := e.(*FileError)
		return slices.IndexFunc(texts, func(t Text) bool { return t.File == f.File }), f.Line
	}
	slices.SortStableFunc(errs, func(a, b error) int {
		fa, la := place(a)
		fb, lb := place(b)
		return cmp.Or(cmp.Compare(fa, fb), cmp.Compare(la, lb))
	})
	return all, errs
}

// before says where another section is, as seen from s.
func (s *Section) before(other *Section) string {
	if other.File == s.File {
		return fmt.Sprintf("line %d", other.Line)
	}
	return fmt.Sprintf("%s:%d", other.File, other.Line)
}

func parseText(file, text string) (all []*Section, entries [][]entry, errs []error) {
	fail := func(line int, format string, args ...any) {
		errs = append(errs, &FileError{file, line, fmt.Sprintf(format, args...)})
	}
	for i, l := range strings.Split(text, "\n") {
		n := i + 1
		l = strings.TrimSpace(l)
		switch {
		case l == "" || l[0] == '#':
		case l[0] == '[':
			s, err := parseSection(l)
			if err != nil {
				fail(n, "%v", err)
			}
			s.File, s.Line = file, n
			all, entries = append(all, s), append(entries, nil)
		default:
			name, value, ok := strings.Cut(l, "=")
			name = strings.ToLower(strings.TrimSpace(name))
			value, err := parseValue(value)
			switch {
			case !ok:
				fail(n, "expected \"name = value\" or [server:…], found %q", l)
			case err != nil:
				fail(n, "%s: %v", name, err)
			case len(all) == 0:
				fail(n, "%s stands before the first [server:…] or [client:…]", name)
			case fields[name].set == nil:
				fail(n, "unknown setting %q", name)
			default:
				entries[len(all)-1] = append(entries[len(all)-1], entry{name, value, n})
			}
		}
	}
	return all, entries, errs
}

// parseSection reads "[role:domain]".
func parseSection(l string) (*Section, error) {
	s := &Section{Default: true}
	inner, ok := strings.CutPrefix(l, "[")
	inner, rest, closed := strings.Cut(inner, "]")
	// The brackets of an IPv6 address are inside of those of the section.
	if strings.Contains(inner, "[") {
		var more string
		if more, rest, closed = strings.Cut(rest, "]"); closed {
			inner += "]" + more
		}
	}
	if rest = strings.TrimSpace(rest); !ok || !closed || rest != "" && rest[0] != '#' {
		return s, fmt.Errorf("expected [server:…] or [client:…], found %q", l)
	}
	role, domain, _ := strings.Cut(inner, ":")
	switch strings.ToLower(strings.TrimSpace(role)) {
	case "server":
	case "client":
		s.Role = Client
	default:
		return s, fmt.Errorf("a profile is for \"server\" or \"client\", not for %q", role)
	}
	domain = strings.TrimSpace(domain)
	switch strings.ToLower(domain) {
	case "default":
		return s, nil
	case "any":
		s.Default, s.Any = false, true
		return s, nil
	}
	s.Default = false
	if ap, err := netip.ParseAddrPort(domain); err == nil {
		s.Addr = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
		return s, nil
	}
	if a, err := netip.ParseAddr(strings.Trim(domain, "[]")); err == nil {
		s.Addr = netip.AddrPortFrom(a.Unmap(), 0)
		return s, nil
	}
	return s, fmt.Errorf("expected \"default\", \"any\" or address:port behind %q, found %q", s.Role.String()+":", domain)
}

// parseValue is the value behind an equals sign: quoted, or up to a comment.
func parseValue(v string) (string, error) {
	v = strings.TrimSpace(v)
	if strings.HasPrefix(v, `"`) {
		text, rest, ok := strings.Cut(v[1:], `"`)
		if rest = strings.TrimSpace(rest); !ok || rest != "" && rest[0] != '#' {
			return "", fmt.Errorf("the quotation marks do not match in %q", v)
		}
		return text, nil
	}
	if i := strings.Index(v, "#"); i == 0 || i > 0 && (v[i-1] == ' ' || v[i-1] == '\t') {
		v = strings.TrimSpace(v[:i])
	}
	if v == "" {
		return "", fmt.Errorf("a value is missing")
	}
	return v, nil
}

// resolve gives each section its settings: its own, else those of the default
// section of its role, else Defaults.
func resolve(all []*Section, entries [][]entry) (errs []error) {
	var def [2]int
	for i, s := range all {
		if s.Default && def[s.Role] == 0 {
			def[s.Role] = i + 1
		} else if s.Default {
			errs = append(errs, &FileError{s.File, s.Line, fmt.Sprintf("[%s] is there already, in %s", s.Name(), s.before(all[def[s.Role]-1]))})
		}
	}
	for i, s := range all {
		s.Settings = Defaults()
		s.Settings.lines = map[string]int{}
		if d := def[s.Role] - 1; d >= 0 && d != i {
			for _, e := range entries[d] {
				if !fields[e.name].own {
					_ = s.apply(e) // its error is told of its own section
				}
			}
		}
		for _, e := range entries[i] {
			if err := s.apply(e); err != nil {
				errs = append(errs, &FileError{s.File, e.line, fmt.Sprintf("%s: %v", e.name, err)})
			}
		}
	}
	return append(errs, ambiguous(all)...)
}

func (s *Section) apply(e entry) error {
	s.Settings.lines[strings.TrimPrefix(e.name, "tls_")] = e.line
	return s.Settings.Set(e.name, e.value)
}

// ambiguous finds sections that could never be chosen: several may have the same
// address only if names tell them apart.
func ambiguous(all []*Section) (errs []error) {
	type key struct {
		name, server, id string
	}
	seen := map[key]*Section{}
	for _, s := range all {
		if s.Default {
			continue
		}
		if s.Any && s.Settings.ServerName == "" && s.Settings.ServerID == "" {
			errs = append(errs, &FileError{s.File, s.Line, fmt.Sprintf("[%s] needs a server_name or server_id by which it can be chosen", s.Name())})
		}
		k := key{s.Name(), strings.ToLower(s.Settings.ServerName), s.Settings.ServerID}
		if other := seen[k]; other != nil {
			errs = append(errs, &FileError{s.File, s.Line, fmt.Sprintf("[%s] with this server_name is there already, in %s", s.Name(), s.before(other))})
			continue
		}
		seen[k] = s
	}
	return errs
}
