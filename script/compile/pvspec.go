package compile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// specError is an error in the text of a variable or format: off is the byte
// that it is about.
type specError struct {
	code    diag.Code
	off     int
	text    string
	suggest string
}

func (e *specError) Error() string { return e.text }

func specErrorf(code diag.Code, off int, format string, args ...any) *specError {
	return &specError{code: code, off: off, text: fmt.Sprintf(format, args...)}
}

func suggestionOf(err error) string {
	var se *specError
	if errors.As(err, &se) {
		return se.suggest
	}
	return ""
}

// codeOf is the code of an error in a variable's text, other where it has none.
func codeOf(err error, other diag.Code) diag.Code {
	var se *specError
	if errors.As(err, &se) && se.code != "" {
		return se.code
	}
	return other
}

// varSpec is a variable taken apart: name(inner)[index]{class.name,args}…
type varSpec struct {
	name      string
	inner     string
	hasInner  bool
	innerOff  int
	index     string
	hasIndex  bool
	trans     []transSpec
	afterName int
}

type transSpec struct {
	text string
	off  int
}

// isNameByte tells the bytes of a variable's name.
func isNameByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '.' || b == '?'
}

// balanced is the offset of the bracket that closes the one at s[at]; -1 for none.
func balanced(s string, at int) int {
	open, depth := s[at], 0
	closing := map[byte]byte{'(': ')', '[': ']', '{': '}'}[open]
	for i := at; i < len(s); i++ {
		switch s[i] {
		case open:
			depth++
		case closing:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// splitSpec takes a variable's text apart.
func splitSpec(s string) (varSpec, error) {
	var v varSpec
	i := 0
	for i < len(s) && isNameByte(s[i]) {
		i++
	}
	v.name, v.afterName = s[:i], i
	if i == 0 {
		return v, specErrorf(diag.PVForm, 0, "a pseudo-variable's name is missing")
	}
	if i < len(s) && s[i] == '(' {
		end := balanced(s, i)
		if end < 0 {
			return v, specErrorf(diag.UnclosedBracket, i, "the parenthesis of $%s is not closed", v.name)
		}
		v.inner, v.hasInner, v.innerOff = s[i+1:end], true, i+1
		i = end + 1
	}
	if i < len(s) && s[i] == '[' {
		end := balanced(s, i)
		if end < 0 {
			return v, specErrorf(diag.UnclosedBracket, i, "the index of $%s is not closed", v.name)
		}
		v.index, v.hasIndex = strings.TrimSpace(s[i+1:end]), true
		i = end + 1
		if v.index == "" {
			return v, specErrorf(diag.PVForm, i-1, "the index of $%s is empty", v.name)
		}
	}
	for i < len(s) {
		if s[i] == ' ' {
			i++
			continue
		}
		if s[i] != '{' {
			return v, specErrorf(diag.PVForm, i, "unexpected %q after $%s", s[i], s[:i])
		}
		end := balanced(s, i)
		if end < 0 {
			return v, specErrorf(diag.UnclosedBracket, i, "the transformation of $%s is not closed", v.name)
		}
		if len(v.trans) == maxTransformations {
			return v, specErrorf(diag.Limit, i, "more than %d transformations", maxTransformations)
		}
		v.trans = append(v.trans, transSpec{s[i+1 : end], i + 1})
		i = end + 1
	}
	return v, nil
}

// pv is the variable of a node; errors are reported at their column.
func (c *compiler) pv(e *ast.PV) *registry.Var {
	v, err := c.bindVar(e.Spec)
	if err != nil {
		c.specProblem(e.Pos, err)
		return registry.BrokenVar()
	}
	if why := c.wrongBlock(e.Spec, v); why != "" {
		c.errorf(diag.WrongBlock, e.Pos, "", "%s", why)
	}
	return v
}

// specStart is the column distance from a node's sign, $ or @, to its spec: 1, or
// 2 for $(…); 0 where the node is out of a define, so that its text does not
// stand at its place.
func specStart(pos diag.Pos, files *diag.Set) int {
	f := files.File(pos)
	if f == nil {
		return 0
	}
	at := files.Position(pos)
	line := f.Line(at.Line)
	switch rest := line[min(at.Column-1, len(line)):]; {
	case bytes.HasPrefix(rest, []byte("$(")):
		return 2
	case bytes.HasPrefix(rest, []byte("$")), bytes.HasPrefix(rest, []byte("@")):
		return 1
	}
	return 0
}

func (c *compiler) specProblem(pos diag.Pos, err error) {
	var se *specError
	if errors.As(err, &se) {
		if start := specStart(pos, c.cfg.Files); se.off > 0 && start > 0 {
			pos += diag.Pos(start + se.off)
		}
		c.errorf(se.code, pos, se.suggest, "%s", se.text)
		return
	}
	c.errorf(diag.PVForm, pos, "", "%s", err.Error())
}

// wrongBlock says why a variable has no meaning in the block that is being
// compiled; "" where it has.
func (c *compiler) wrongBlock(spec string, v *registry.Var) string {
	if v.Routes == 0 || c.reach == 0 || v.Routes.Allows(c.reach) {
		return ""
	}
	return fmt.Sprintf("%s cannot be used in %s; it is for %s", written(spec), c.reach, v.Routes)
}

// written is a variable as scripts write it.
func written(spec string) string {
	if strings.ContainsAny(spec, "[{") {
		return "$(" + spec + ")"
	}
	return "$" + spec
}

// bindVar binds a variable given without the leading $; the same text always
// gives the same variable.
func (c *compiler) bindVar(spec string) (*registry.Var, error) {
	if v := c.specs[spec]; v != nil {
		return v, nil
	}
	if c.nesting == maxNesting {
		return nil, specErrorf(diag.Limit, 0, "variables are nested more than %d deep", maxNesting)
	}
	c.nesting++
	v, err := c.bindNew(spec)
	c.nesting--
	if err == nil {
		c.specs[spec] = v
	}
	return v, err
}

func (c *compiler) bindNew(spec string) (*registry.Var, error) {
	s, err := splitSpec(spec)
	if err != nil {
		return nil, err
	}
	row, err := c.varRow(s.name)
	if err != nil {
		return nil, err
	}
	switch {
	case row.Inner == registry.Always && !s.hasInner:
		return nil, specErrorf(diag.PVForm, 0, "$%s needs a name in parentheses: $%s(…)", s.name, s.name)
	case row.Inner == registry.Never && s.hasInner:
		return nil, specErrorf(diag.PVForm, s.afterName, "$%s takes nothing in parentheses", s.name)
	}
	v, err := row.Bind(c, s.inner, s.index)
	if err != nil {
		var se *specError
		if errors.As(err, &se) && s.hasInner {
			return nil, &specError{se.code, se.off + s.innerOff, se.text, se.suggest}
		}
		return nil, err
	}
	if len(s.trans) == 0 {
		return v, nil
	}
	get, text := v.Get, v.Get
	for _, t := range s.trans {
		row, next, err := c.transform(text, t)
		if err != nil {
			return nil, err
		}
		get = next
		if row.KeepsText {
			text = textWhereDefined(text, get)
		} else {
			text = get
		}
	}
	return &registry.Var{Name: v.Name, Get: get, Print: nothingForUndef(text), Routes: v.Routes}, nil
}

// textWhereDefined is the text that a transformation was made of, undefined
// where the transformation is.
func textWhereDefined(text, get rt.Expr) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		if v := get(c); v.IsUndef() {
			return v
		}
		return text(c)
	}
}

// nothingForUndef is the empty text for an undefined value: within a text a
// transformation that fails prints nothing, as in the reference.
func nothingForUndef(get rt.Expr) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		if v := get(c); !v.IsUndef() {
			return v
		}
		return value.Empty()
	}
}

// varRow is the row of a variable's name.
func (c *compiler) varRow(name string) (*registry.PV, error) {
	if row := c.coreRows[name]; row != nil {
		return row, nil
	}
	if row, owner := c.table.PV(name); row != nil {
		return row, nil
	} else if owner != "" {
		return nil, specErrorf(diag.ModuleNotLoaded, 0, "$%s is in module %q, which is not loaded", name, owner)
	}
	if isTrackName(name) {
		return trackVar(name), nil
	}
	err := specErrorf(diag.UnknownPV, 0, "unknown pseudo-variable \"$%s\"", name)
	if c.diags.Full() {
		return nil, err
	}
	names := registry.Names(c.table.PVs)
	for n := range c.coreRows {
		names = append(names, n)
	}
	if n := suggest(name, names); n != "" {
		err.suggest = "$" + n
	}
	return nil, err
}

// transform puts one {class.name,args} behind a getter.
func (c *compiler) transform(get rt.Expr, t transSpec) (*registry.Transformation, rt.Expr, error) {
	name, rest, hasArgs := strings.Cut(t.text, ",")
	name = strings.TrimSpace(name)
	row, owner := c.table.Transformation(name)
	if row == nil {
		if owner != "" {
			return nil, nil, specErrorf(diag.ModuleNotLoaded, t.off, "the transformation {%s} is in module %q, which is not loaded", name, owner)
		}
		return nil, nil, &specError{diag.UnknownTransformation, t.off, fmt.Sprintf("unknown transformation \"%s\"", name), suggest(name, registry.Names(c.table.Trans))}
	}
	var args []registry.TransArg
	if hasArgs && row.MaxArgs > 0 {
		off := t.off + len(t.text) - len(rest)
		for i, text := range splitArgs(rest, row.MaxArgs) {
			a, err := c.transArg(text)
			if err != nil {
				return nil, nil, &specError{codeOf(err, diag.TransformationForm), off, err.Error(), suggestionOf(err)}
			}
			args = append(args, a)
			if i < row.MaxArgs {
				off += len(text) + 1
			}
		}
	}
	switch {
	case len(args) < row.MinArgs:
		return nil, nil, specErrorf(diag.TransformationForm, t.off, "the transformation {%s} needs %d argument(s), not %d", name, row.MinArgs, len(args))
	case hasArgs && row.MaxArgs == 0:
		return nil, nil, specErrorf(diag.TransformationForm, t.off, "the transformation {%s} takes no arguments", name)
	}
	f, err := row.Bind(c, args)
	if err != nil {
		return nil, nil, specErrorf(diag.TransformationForm, t.off, "{%s}: %s", name, err.Error())
	}
	return row, func(c *rt.Ctx) value.Value { return f(c, get(c)) }, nil
}

// splitArgs cuts a transformation's arguments at commas outside of brackets, at
// most n of them; the last one keeps its commas.
func splitArgs(s string, n int) []string {
	var out []string
	start, depth := 0, 0
	for i := 0; i < len(s) && len(out) < n-1; i++ {
		switch s[i] {
		case '\\':
			i++
		case '(', '{':
			if i > 0 && (s[i-1] == '$' || depth > 0 || isNameByte(s[i-1]) && strings.HasPrefix(s[start:], "$")) {
				depth++
			}
		case ')', '}':
			if depth > 0 {
				depth--
			}
		case ',':
			if depth == 0 {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	return append(out, s[start:])
}

// transArg is an argument: a variable, or a constant text.
func (c *compiler) transArg(text string) (registry.TransArg, error) {
	trimmed := strings.TrimSpace(text)
	if len(trimmed) > 1 && trimmed[0] == '$' {
		spec, ok := wholeVar(trimmed)
		if !ok {
			return registry.TransArg{}, specErrorf(diag.TransformationForm, 0, "%q is not a pseudo-variable", trimmed)
		}
		v, err := c.bindVar(spec)
		if err != nil {
			return registry.TransArg{}, err
		}
		return registry.TransArg{Text: text, Eval: v.Get}, nil
	}
	return registry.TransArg{Text: text}, nil
}
