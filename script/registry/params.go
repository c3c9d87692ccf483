package registry

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ParamValue is a value given to a parameter in a script, by modparam, on the
// command line or at run time.
type ParamValue struct {
	// IsInt tells numbers (Int, also yes/no as 1/0) from texts (Str).
	IsInt bool
	Int   int64
	Str   string
}

// IntValue makes a ParamValue of a number, StrValue one of a text.
func IntValue(n int64) ParamValue { return ParamValue{IsInt: true, Int: n} }

// StrValue makes a ParamValue of a text.
func StrValue(s string) ParamValue { return ParamValue{Str: s} }

// Set writes v to the parameter's field of cfg after checking type and range,
// then runs Check. A ParamList appends. The error says what is taken and what
// was given; the field is unchanged after a type or range error.
func (p *Param) Set(cfg any, v ParamValue) error {
	if p.Field != nil {
		if err := p.store(p.Field(cfg), v); err != nil {
			return err
		}
	}
	if p.Check != nil {
		return p.Check(cfg)
	}
	return nil
}

func (p *Param) store(field any, v ParamValue) error {
	switch f := field.(type) {
	case *int64:
		if !v.IsInt {
			return fmt.Errorf("takes a number, not %q", v.Str)
		}
		if err := p.inRange(v.Int); err != nil {
			return err
		}
		*f = v.Int
	case *bool:
		b, err := v.asBool()
		if err != nil {
			return err
		}
		*f = b
	case *string:
		*f = v.Text()
	case *[]string:
		*f = append(*f, v.Text())
	default:
		return fmt.Errorf("has a field of type %T, which no script can set", field)
	}
	return nil
}

func (p *Param) inRange(n int64) error {
	if p.Min == 0 && p.Max == 0 {
		return nil
	}
	switch {
	case n >= p.Min && (n <= p.Max || p.Max < p.Min):
		return nil
	case p.Max == math.MaxInt64 || p.Max < p.Min:
		return fmt.Errorf("takes a number from %d, not %d", p.Min, n)
	}
	return fmt.Errorf("takes a number from %d to %d, not %d", p.Min, p.Max, n)
}

// Text is the value as a text; a number in decimal.
func (v ParamValue) Text() string {
	if v.IsInt {
		return strconv.FormatInt(v.Int, 10)
	}
	return v.Str
}

func (v ParamValue) asBool() (bool, error) {
	if v.IsInt {
		return v.Int != 0, nil
	}
	if b, ok := ParseBool(v.Str); ok {
		return b, nil
	}
	return false, fmt.Errorf("takes yes or no, not %q", v.Str)
}

// ParseBool reads the boolean spellings of the cookbook: yes no, true false,
// on off, enable disable, 1 0; case does not matter.
func ParseBool(s string) (b, ok bool) {
	switch strings.ToLower(s) {
	case "yes", "true", "on", "enable", "1":
		return true, true
	case "no", "false", "off", "disable", "0":
		return false, true
	}
	return false, false
}
