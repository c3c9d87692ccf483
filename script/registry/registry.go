// Package registry describes what a script can use: functions, parameters,
// pseudo-variables, transformations, keyword operands and the modules that
// bring them. Every one is a row of a table: checker, compiler, manual and
// server read the same rows.
//
// It knows no SIP function itself. engine/params and engine/corefuncs bring the
// core's rows, engine/mod/* one Module each, script/pv the pseudo-variables of
// the message.
package registry

import (
	"net/netip"

	"sipedge/script/diag"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// ArgKind says what a function takes at one position.
type ArgKind uint8

// The kinds of argument.
const (
	ArgStatic  ArgKind = iota // a string known at start; numbers are taken as their text
	ArgInt                    // an integer: literal, or an expression evaluated at run time
	ArgFormat                 // a string in which pseudo-variables are replaced at run time, or any expression
	ArgValue                  // any expression; strings are taken as they are
	ArgPV                     // one pseudo-variable, to be written or inspected
	ArgRegex                  // a regular expression, compiled at start where it is constant
	ArgRoute                  // the name of a routing block (Arg.RouteKind says of which kind), checked to exist
	ArgFlag                   // a message flag: 0 to 31 or a name declared with flags
	ArgAVPFlag                // a flag of AVPs: 0 to 31 or a name declared with avpflags
	ArgIdent                  // a bare word of Arg.Words, or a string (uri:host, uri:port)
)

// Arg is one formal argument.
type Arg struct {
	Name      string
	Kind      ArgKind
	Optional  bool
	RouteKind rt.RouteKind
	// Runs is for an ArgRoute whose block the function runs as route() does: the
	// name may be computed from a format, and a block that is missing is no error.
	Runs  bool
	Words []string
	// Var is for an ArgFormat that is, in one form of the call, a variable to be
	// written: an argument that is one pseudo-variable has Actual.PV set as well.
	Var      bool
	Min, Max int64 // for ArgInt literals, both 0 for no bound
}

// Actual is one checked argument of a call, handed to Compile.
type Actual struct {
	Kind  ArgKind
	Given bool // false for an optional argument that is absent
	Pos   diag.Pos
	// Const is true where Text or Num is known at start.
	Const bool
	Text  string
	Num   int64
	// Eval computes the argument at run time (also set where Const). Where the
	// argument's expression contains calls, they have run before the function
	// is called, and Eval reads their result.
	Eval rt.Expr
	// PV is the variable of an ArgPV, or of an ArgFormat with Arg.Var.
	PV *Var
	// Regex is set for a constant ArgRegex: case-insensitive, with ^ and $ at
	// every line, as module functions take patterns; a computed one is compiled
	// through Build.RegexCached's cache.
	Regex Matcher
}

// Matcher is a compiled POSIX extended regular expression.
type Matcher interface {
	Match(b []byte) bool
	// Find returns the leftmost-longest match and its groups as offsets, nil if none.
	Find(b []byte) []int
	// NumSubexp is the number of groups.
	NumSubexp() int
}

// Function is one script function.
type Function struct {
	Name    string
	Aliases []string
	Args    []Arg
	// Routes are the kinds of block in which it may stand.
	Routes rt.RouteKind
	// Bare allows the name without parentheses (force_rport;).
	Bare bool
	// Stateful wants the call's home loop (DESIGN: home=auto).
	Stateful bool
	// Ends is set when the statement after a call can never run.
	Ends bool
	// Doc is one or two lines for the manual; Source the cookbook entry or RFC section.
	Doc, Source string
	// Compile binds the arguments. Its error becomes a diagnostic at the call,
	// or at the argument if it is an *ArgError. It runs also for sipedge -c.
	Compile func(b Build, args []Actual) (rt.Func, error)
}

// ArgError is an error about one argument, counted from 0.
type ArgError struct {
	Index int
	Err   error
}

func (e *ArgError) Error() string { return e.Err.Error() }
func (e *ArgError) Unwrap() error { return e.Err }

// ParamType is the type of a parameter.
type ParamType uint8

// The types of parameters. String parameters take numbers as their text.
const (
	ParamInt ParamType = iota
	ParamBool
	ParamString
	ParamList // may be given several times (listen, alias, htable); Field returns a *[]string
)

// Param is a core or module parameter.
type Param struct {
	Name     string
	Aliases  []string
	Type     ParamType
	Min, Max int64 // for numbers; both 0 for no bound
	// Default is what the field holds where the script says nothing, for the manual.
	Default     string
	Reloadable  bool
	Doc, Source string
	// Field returns a pointer to the parameter's field of the module's
	// per-snapshot configuration: *int64, *bool, *string or *[]string.
	Field func(cfg any) any
	// Check refuses values beyond type and range; nil for none.
	Check func(cfg any) error
	// Note is logged once, at INFO, when a script sets the parameter: what it
	// does here where that differs from Kamailio. Empty for nothing to say.
	Note string
}

// Var is a pseudo-variable with its inner name and index bound.
type Var struct {
	Name string
	Get  rt.Expr
	// Print is what it is within a text; nil for Get, with <null> for an undefined
	// value.
	Print rt.Expr
	// Set writes it; nil for a read-only one. false: refused at run time.
	Set func(c *rt.Ctx, v value.Value) bool
	// Kind is the type that Get always returns, Undef where it varies.
	Kind value.Kind
	// Routes are the blocks where it may stand; 0 for all.
	Routes rt.RouteKind

	slot   int  // of a $var: its slot + 1
	avp    *AVP // of an AVP: which one
	broken bool
}

// SlotVar marks v as the script variable of a slot of Ctx.Vars, which the
// compiler reads and writes in place.
func SlotVar(v *Var, slot int) *Var { v.slot = slot + 1; return v }

// Slot is the variable's slot in Ctx.Vars; false for one that is none of $var.
func (v *Var) Slot() (int, bool) { return v.slot - 1, v.slot != 0 }

// AVP says which values of an AVP a variable means.
type AVP struct {
	Name rt.AVPName
	// All is set for [*].
	All bool
	// Index is the number in the brackets, counted as rt.Ctx.AVP does.
	Index func(*rt.Ctx) int
}

// AVPVar marks v as an AVP, for functions that work on more than its value.
func AVPVar(v *Var, a AVP) *Var { v.avp = &a; return v }

// AVP is the AVP that the variable is; nil for another one, and for an AVP with
// a transformation.
func (v *Var) AVP() *AVP { return v.avp }

// BrokenVar stands for a variable that could not be bound, so that the checking
// of the rest can go on. It is undefined and cannot be written.
func BrokenVar() *Var {
	return &Var{Get: func(*rt.Ctx) value.Value { return value.Value{} }, broken: true}
}

// Broken reports whether the variable stands for one that could not be bound.
func (v *Var) Broken() bool { return v.broken }

// PV is a pseudo-variable: $Name or $Name(inner)[index].
type PV struct {
	Name string
	// Inner: whether the form with parentheses is required, refused or allowed.
	Inner       Presence
	Doc, Source string
	// Bind makes the variable. inner is the text in the parentheses, index the
	// text in the brackets ("" for none, "*" for all).
	Bind func(b Build, inner, index string) (*Var, error)
}

// Presence tells whether a part of a spelling must, may or must not be there.
type Presence uint8

// The presences.
const (
	Never Presence = iota
	Maybe
	Always
)

// Transformation is one of the {class.name,arg,…} of a pseudo-variable.
type Transformation struct {
	Class, Name      string
	MinArgs, MaxArgs int
	Doc, Source      string
	// KeepsText says that within a text, and for a transformation behind it, the
	// result is the text that it was made of: {s.int}.
	KeepsText bool
	// Bind makes it; args are constant texts or, where a pseudo-variable was
	// written, expressions.
	Bind func(b Build, args []TransArg) (func(*rt.Ctx, value.Value) value.Value, error)
}

// TransArg is a transformation's argument.
type TransArg struct {
	Text string
	Eval rt.Expr // nil for a constant Text
}

// Keyword is an operand written as a bare word: method, uri, src_ip, msg:len, af, …
type Keyword struct {
	Name        string
	Aliases     []string
	Type        OperandType
	Routes      rt.RouteKind
	Doc, Source string
	Get         rt.Expr // Int and String operands; a proto or af is an Int
	// Addr is set for OperandAddr.
	Addr func(*rt.Ctx) Addr
	// Myself compares the operand with myself (uri, from_uri, to_uri, src_ip, dst_ip, …); nil where it makes no sense.
	Myself func(*rt.Ctx) bool
}

// OperandType is what a keyword compares with.
type OperandType uint8

// The operand types.
const (
	OperandInt OperandType = iota
	OperandString
	OperandAddr   // == != =~ an address, network, host name or myself
	OperandProto  // UDP TCP TLS SCTP WS WSS
	OperandAF     // INET INET6
	OperandMethod // a string for which a bare word may stand on the right
)

// Select is one @path: Prefix is the first component or components ("ruri", "hf_value").
type Select struct {
	Prefix      string
	Doc, Source string
	Bind        func(b Build, path []SelectStep) (rt.Expr, error)
}

// SelectStep is one component of a select: .name, or an argument ["text"] or [1].
type SelectStep struct {
	Name  string
	Arg   string
	IsArg bool
	IsInt bool
	Num   int64
}

// Addr is an address operand.
type Addr = netip.Addr

// Table is all that a script may use: the core's rows and those of the modules
// that it loads. Lookups are by name; a name that is defined twice is an error
// of ours, found when the table is made (NewTable). A table never changes after
// that; WithLoaded makes the one of a configuration.
type Table struct {
	Params    map[string]*Param
	Functions map[string]*Function
	PVs       map[string]*PV
	Trans     map[string]*Transformation // "class.name"
	Keywords  map[string]*Keyword
	Selects   map[string]*Select
	Modules   map[string]*Module // all that exist, loaded or not
	Loaded    []*Module
	// FunctionOwner and its kin name the module that a row comes from, "" for the core.
	FunctionOwner map[string]string
	PVOwner       map[string]string
	TransOwner    map[string]string
	SelectOwner   map[string]string
	// Events are all event_route names with the module that runs them; see Event.
	Events map[string]string
	// EventDocs are the texts about the events.
	EventDocs map[string]string

	loaded         map[string]bool
	resolved       bool
	newCoreConfig  func() any
	moduleAliasMap map[string]*Module
}
