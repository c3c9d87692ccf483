package avpops

import (
	"errors"
	"fmt"
	"strings"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/pv"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

var errNoVar = errors.New("expected a pseudo-variable")

// cutVar takes the pseudo-variable off the front of a text: its spec as
// registry.Build.Var takes it, and what is behind.
func cutVar(text string) (spec, rest string, err error) {
	if len(text) < 2 || text[0] != '$' {
		return "", text, errNoVar
	}
	if text[1] == '(' {
		end := closing(text, 1)
		if end < 0 {
			return "", "", fmt.Errorf("the parenthesis of %q is not closed", text)
		}
		return text[2:end], text[end+1:], nil
	}
	i := 1
	for i < len(text) && isNameByte(text[i]) {
		i++
	}
	if i < len(text) && text[i] == '(' {
		end := closing(text, i)
		if end < 0 {
			return "", "", fmt.Errorf("the parenthesis of %q is not closed", text)
		}
		i = end + 1
	}
	if i == 1 {
		return "", text, errNoVar
	}
	return text[1:i], text[i:], nil
}

func isNameByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '.' || b == '?'
}

// closing is the offset of the parenthesis that closes the one at i; -1 for none.
func closing(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// avpOf is the AVP that a spec names; false for another variable. The functions
// work on the newest value or on all, so an index behind it means nothing.
func avpOf(b registry.Build, spec string) (name rt.AVPName, ok bool, err error) {
	if track, _, is := strings.Cut(spec, "."); is && !strings.Contains(track, "(") {
		_, err := b.Var(spec)
		return b.AVP(spec), err == nil, err
	}
	inner, is := strings.CutPrefix(spec, "avp(")
	if !is {
		return 0, false, nil
	}
	if _, err := b.Var(spec); err != nil {
		return 0, false, err
	}
	inner, rest, _ := strings.Cut(inner, ")")
	if strings.Contains(rest, "{") {
		return 0, false, fmt.Errorf("an AVP cannot be changed through a transformation: $(%s)", spec)
	}
	return b.AVP(inner), true, nil
}

// cutAVP takes the AVP off the front of a text.
func cutAVP(b registry.Build, text string) (name rt.AVPName, rest string, err error) {
	spec, rest, err := cutVar(text)
	if err != nil {
		return 0, "", fmt.Errorf("expected an AVP such as $avp(name), not %q", text)
	}
	name, ok, err := avpOf(b, spec)
	if err == nil && !ok {
		err = fmt.Errorf("expected an AVP such as $avp(name), not %q", "$"+spec)
	}
	return name, rest, err
}

// flagSet are the letters behind a slash, in lower case.
type flagSet string

func (f flagSet) has(letter string) bool { return strings.Contains(string(f), letter) }

// flags reads "/letters"; nothing, or the slash alone, is no flag.
func flags(rest, known string) (flagSet, error) {
	if rest == "" {
		return "", nil
	}
	letters, ok := strings.CutPrefix(rest, "/")
	if !ok {
		return "", fmt.Errorf("unexpected %q; flags stand behind a slash", rest)
	}
	letters = strings.ToLower(letters)
	for _, l := range letters {
		if !strings.ContainsRune(known, l) {
			return "", fmt.Errorf("unknown flag %q; expected some of %s", l, known)
		}
	}
	return flagSet(letters), nil
}

// constant is the text of argument i.
func constant(args []registry.Actual, i int) string {
	text, _ := arg.Const(&args[i])
	return strings.TrimSpace(text)
}

// wrong is err about argument i of a function.
func wrong(i int, err error) error { return &registry.ArgError{Index: i, Err: err} }

// parseNumber reads what stands behind i: — decimal, or hexadecimal with 0x.
func parseNumber(s string) (int64, error) {
	digits, sign := s, int64(1)
	if d, ok := strings.CutPrefix(s, "-"); ok {
		digits, sign = d, -1
	}
	base := uint64(10)
	if d, ok := strings.CutPrefix(strings.ToLower(digits), "0x"); ok {
		digits, base = d, 16
	}
	n := uint64(0)
	for _, c := range []byte(strings.ToLower(digits)) {
		d := uint64(c - '0')
		if c >= 'a' && c <= 'f' {
			d = uint64(c-'a') + 10
		}
		if d >= base || n > maxNumber {
			return 0, fmt.Errorf("%q is no integer", s)
		}
		n = n*base + d
	}
	if digits == "" || n > maxNumber {
		return 0, fmt.Errorf("%q is no integer of 32 bits", s)
	}
	return rt.Wrap(sign * int64(n)), nil
}

// An operand is the value behind an operator: a constant or a variable.
type operand struct {
	value value.Value // the constant
	text  string      // the constant, where it is a text
	list  list        // the variable; empty for a constant
}

// cutOperand takes an operand off the front of a text: $variable, i:number,
// s:text or, where bare is allowed, a text up to the next slash.
func cutOperand(b registry.Build, text string, bare bool) (o operand, rest string, err error) {
	if strings.HasPrefix(text, "$") {
		o.list, rest, err = cutList(b, text)
		return o, rest, err
	}
	at := strings.IndexByte(text, '/')
	if at < 0 {
		at = len(text)
	}
	word, rest := text[:at], text[at:]
	if rest == "/" {
		return o, "", errors.New("there is no flag behind the last slash")
	}
	if n, ok := strings.CutPrefix(word, "i:"); ok {
		i, err := parseNumber(n)
		o.value = value.FromInt(i)
		return o, rest, err
	}
	if s, ok := strings.CutPrefix(word, "s:"); ok && bare {
		word = s
	} else if !bare {
		return o, "", fmt.Errorf("expected a pseudo-variable or i:number, not %q", word)
	}
	if word == "" {
		return o, "", errors.New("the value is empty")
	}
	o.value, o.text = b.Const(word), word
	return o, rest, nil
}

// A list is a variable whose values are looked at one after the other: an AVP,
// the field of an XAVP with [*], or any other variable, which has one.
type list struct {
	avp   rt.AVPName
	isAVP bool
	get   rt.Expr                            // the newest value
	nth   func(c *rt.Ctx, n int) value.Value // of an XAVP with [*]
}

func (l *list) given() bool { return l.isAVP || l.get != nil }

// cutList takes a variable off the front of a text.
func cutList(b registry.Build, text string) (l list, rest string, err error) {
	spec, rest, err := cutVar(text)
	if err != nil {
		return l, "", err
	}
	if l.avp, l.isAVP, err = avpOf(b, spec); err != nil || l.isAVP {
		return l, rest, err
	}
	if inner, ok := strings.CutPrefix(spec, "xavp("); ok && strings.HasSuffix(spec, "[*])") {
		inner = strings.TrimSuffix(inner, ")")
		if l.nth, err = pv.XAVPField(b, inner); err != nil {
			return l, "", err
		}
		l.get = func(c *rt.Ctx) value.Value { return l.nth(c, 0) }
		return l, rest, nil
	}
	v, err := b.Var(spec)
	if err != nil {
		return l, "", err
	}
	l.get = v.Get
	return l, rest, nil
}

// newest is the first value of the list; undefined where there is none.
func (l *list) newest(c *rt.Ctx) value.Value {
	if l.isAVP {
		return c.AVP(l.avp, 0)
	}
	return l.get(c)
}

// any reports whether test holds for a value of the list; all looks beyond the
// newest.
func (l *list) any(c *rt.Ctx, all bool, test func(v value.Value) bool) bool {
	switch {
	case !all, !l.isAVP && l.nth == nil:
		return test(l.newest(c))
	case l.isAVP:
		for k := c.AVPs(l.avp); c.NextAVP(&k); {
			if _, v := c.AVPAt(&k); test(v) {
				return true
			}
		}
		return false
	}
	for n := 0; n < rt.MaxAVPs; n++ {
		v := l.nth(c, n)
		if v.IsUndef() {
			return false
		}
		if test(v) {
			return true
		}
	}
	return false
}
