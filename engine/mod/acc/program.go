package acc

import (
	"fmt"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/mod/rr"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// item is one field of log_extra: its name with the semicolon in front and the
// equals sign behind, and how its value is found.
type item struct {
	label string
	get   rt.Expr
}

// leg is one field of multi_leg_info, with the values of the first maxLegs legs.
type leg struct {
	label string
	get   [maxLegs]rt.Expr
}

// direction tells requests from callee to caller.
type direction struct{ upstream func(p *core.Proc) bool }

// program binds what the parameters name, once for each configuration.
func program(b registry.Build, cfg any) error {
	c := cfg.(*Config)
	fields, err := split("log_extra", c.LogExtra)
	if err != nil {
		return err
	}
	if len(fields) > maxFields {
		return fmt.Errorf("log_extra has %d fields; at most %d", len(fields), maxFields)
	}
	for _, f := range fields {
		v, err := b.Var(spec(f.value))
		if err != nil {
			return fmt.Errorf("log_extra, %s: %w", f.name, err)
		}
		c.extra = append(c.extra, item{";" + f.name + "=", v.Get})
	}
	if fields, err = split("multi_leg_info", c.MultiLegInfo); err != nil {
		return err
	}
	for _, f := range fields {
		l, err := bindLeg(b, f)
		if err != nil {
			return err
		}
		c.legs = append(c.legs, l)
	}
	if c.TimeMode >= 3 {
		name := "utimef"
		if c.TimeMode == 4 {
			name = "timef"
		}
		v, err := b.Var(name + "(" + c.TimeFormat + ")")
		if err != nil {
			return fmt.Errorf("time_format: %w", err)
		}
		c.moment = item{";" + c.TimeAttr + "=", v.Get}
	}
	if c.DetectDirection {
		api := rr.Of(b)
		if api == nil {
			return fmt.Errorf("detect_direction needs the module rr to be loaded")
		}
		c.upstream = api.Upstream
	}
	return nil
}

// bindLeg binds "$avp(name)" for every leg.
func bindLeg(b registry.Build, f field) (leg, error) {
	l := leg{label: ";" + f.name + "="}
	if !strings.HasPrefix(f.value, "$avp(") && !strings.HasPrefix(f.value, "$(avp(") || strings.Contains(f.value, "[") {
		return l, fmt.Errorf("multi_leg_info, %s: takes an AVP such as $avp(x), not %s", f.name, f.value)
	}
	for i := range l.get {
		v, err := b.Var(fmt.Sprintf("%s[%d]", spec(f.value), i))
		if err != nil {
			return l, fmt.Errorf("multi_leg_info, %s: %w", f.name, err)
		}
		l.get[i] = v.Get
	}
	return l, nil
}

// spec is a variable as Build.Var takes it: without its $ and outer parentheses.
func spec(v string) string {
	v = v[1:]
	if v[0] == '(' && v[len(v)-1] == ')' {
		v = v[1 : len(v)-1]
	}
	return v
}

type field struct{ name, value string }

// split takes "name=$pv;…" apart; a semicolon within parentheses belongs to the
// variable.
func split(param, text string) (fields []field, err error) {
	depth, start := 0, 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) {
			switch text[i] {
			case '(', '{', '[':
				depth++
			case ')', '}', ']':
				depth--
			}
			if text[i] != ';' || depth > 0 {
				continue
			}
		}
		one := strings.TrimSpace(text[start:i])
		start = i + 1
		if one == "" {
			continue
		}
		name, value, ok := strings.Cut(one, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !isName(name) || len(value) < 2 || value[0] != '$' {
			return nil, fmt.Errorf("%s takes \"name=$variable;…\", not %q", param, one)
		}
		fields = append(fields, field{name, value})
	}
	return fields, nil
}
