package pv

import (
	"bytes"
	"errors"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// The errors of ApplySubstText.
var (
	errSubstForm  = errors.New("expected /pattern/replacement/flags")
	errSubstFlag  = errors.New("unknown flag behind /pattern/replacement/; expected i, g or s")
	errSubstGroup = errors.New("the replacement names a group that the pattern does not have")
)

// ApplySubstText is Substitution.Apply with a /pattern/replacement/flags that
// the script has computed. Pseudo-variables in it are plain text: whoever wrote
// the text into a message must not choose what is read. A pattern that was used
// lately costs no allocation.
func ApplySubstText(b registry.Build, c *rt.Ctx, text, in []byte) (v value.Value, hit bool, err error) {
	if len(text) < 3 || text[0] == '\\' {
		return undef, false, errSubstForm
	}
	sep := text[0]
	pattern, rest, ok := cutEscaped(text[1:], sep)
	if !ok {
		return undef, false, errSubstForm
	}
	repl, flags, ok := cutEscaped(rest, sep)
	if !ok {
		return undef, false, errSubstForm
	}
	x := Substitution{raw: repl, anchored: len(pattern) > 0 && pattern[0] == '^'}
	if x.raw == nil {
		x.raw = text[:0]
	}
	fold := false
	for _, f := range bytes.TrimSpace(flags) {
		switch f {
		case 'i':
			fold = true
		case 'g':
			x.all = true
		case 's':
			x.multi = true
		default:
			return undef, false, errSubstFlag
		}
	}
	m := c.Mark()
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == '\\' && i+1 < len(pattern) && pattern[i+1] == sep {
			i++
		}
		c.AppendByte(pattern[i])
	}
	if x.match, err = b.RegexCached(c.Bytes(c.FromMark(m)), fold); err != nil {
		return undef, false, err
	}
	for i := 0; i+1 < len(repl); i++ {
		if repl[i] == '\\' {
			if i++; repl[i] >= '0' && repl[i] <= '9' && int(repl[i]-'0') > x.match.NumSubexp() {
				return undef, false, errSubstGroup
			}
		}
	}
	v, hit, ok = x.Apply(c, in)
	return v, hit && ok, nil
}

// appendRaw appends a replacement as it is written, with its groups and escapes
// worked in.
func appendRaw(c *rt.Ctx, repl, b []byte, loc []int) {
	for i := 0; i < len(repl); i++ {
		if repl[i] != '\\' || i+1 == len(repl) {
			c.AppendByte(repl[i])
			continue
		}
		i++
		switch ch := repl[i]; {
		case ch >= '0' && ch <= '9':
			if n := int(ch - '0'); loc[2*n] >= 0 {
				c.Append(b[loc[2*n]:loc[2*n+1]])
			}
		case ch == 'n':
			c.AppendByte('\n')
		case ch == 'r':
			c.AppendByte('\r')
		case ch == 't':
			c.AppendByte('\t')
		default:
			c.AppendByte(ch)
		}
	}
}
