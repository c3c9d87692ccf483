// Package ast is the tree that the parser makes of a configuration and that
// checker, compiler and formatter read. Nodes are plain data; nothing in here
// knows what a function does or which parameters exist.
package ast

import (
	"sipedge/script/diag"
	"sipedge/script/feature"
)

// Config is a whole configuration in the order of its text.
type Config struct {
	Files *diag.Set
	// Defines are the values of the preprocessor's names, for $def.
	Defines map[string]string
	// Without are parts of the language that a test leaves out.
	Without   feature.Set
	Settings  []*Setting // name = value, in order
	Modules   []*LoadModule
	ModParams []*ModParam
	Flags     []*FlagDecl // flags and avpflags declarations
	Routes    []*RouteBlock
}

// Setting is a core parameter (listen, debug, alias, …) or a custom global
// (Group not empty: group.name = value desc "…").
type Setting struct {
	Pos    diag.Pos
	Group  string
	Name   string
	Values []SettingValue // one, or the list of a listen/alias line
	Desc   string
}

// SettingValue is one value of a setting.
type SettingValue struct {
	Pos  diag.Pos
	Kind SettingKind
	Int  int64
	Str  string // text of a string, an identifier, an address (with proto, port, advertise as written)
	// Advertise is the "advertise host:port" part of a listen line, if any.
	Advertise string
	// Haproxy: the word haproxy stands behind a listen line's address.
	Haproxy bool
}

// SettingKind says how a setting's value was written.
type SettingKind uint8

// The forms of a setting's value.
const (
	SettingInt SettingKind = iota
	SettingString
	SettingBool  // yes no on off true false enable disable: Int is 1 or 0
	SettingIdent // a bare word or address
)

// LoadModule is loadmodule "path" (Path as written); loadpath and mpath are Settings.
type LoadModule struct {
	Pos  diag.Pos
	Path string
}

// ModParam is modparam("a|b", "name", value).
type ModParam struct {
	Pos     diag.Pos
	Modules string // as written, a regular-expression alternation
	ModPos  diag.Pos
	Name    string
	NamePos diag.Pos
	Value   Expr // IntLit, StringLit or a constant expression
}

// FlagDecl is one name of a flags (Avp false) or avpflags (Avp true) declaration.
// Number is -1 where none was given.
type FlagDecl struct {
	Pos    diag.Pos
	Avp    bool
	Name   string
	Number int
}

// BlockKind is the kind of a routing block.
type BlockKind uint8

// The routing blocks of the cookbook.
const (
	RequestRoute BlockKind = iota // route, request_route, route[name]
	FailureRoute
	ReplyRoute // onreply_route, reply_route
	BranchRoute
	SendRoute // onsend_route
	EventRoute
)

// String is the keyword of the block.
func (k BlockKind) String() string {
	return [...]string{"route", "failure_route", "onreply_route", "branch_route", "onsend_route", "event_route"}[k]
}

// RouteBlock is one routing block. Name is "" for the main block of its kind
// ("0" is the main block too); a number is its decimal text.
type RouteBlock struct {
	Pos     diag.Pos
	Kind    BlockKind
	Name    string
	NamePos diag.Pos
	Body    *Block
	End     diag.Pos // the closing brace
	// Unclosed: a brace is missing in it (an error), so that what stands after
	// what cannot be told.
	Unclosed bool
}

// Stmt is a statement.
type Stmt interface{ Position() diag.Pos }

// Block is { … }.
type Block struct {
	Pos   diag.Pos
	Stmts []Stmt
	End   diag.Pos
}

// If is if (Cond) Then [else Else]. Else is nil, a *Block or an *If.
type If struct {
	Pos  diag.Pos
	Cond Expr
	Then *Block
	Else Stmt
}

// While is while (Cond) Body.
type While struct {
	Pos  diag.Pos
	Cond Expr
	Body *Block
}

// Switch is switch (Value) { Cases }.
type Switch struct {
	Pos   diag.Pos
	Value Expr
	Cases []*Case
}

// Case is one label with the statements up to the next label. Stacked labels
// are cases without statements.
type Case struct {
	Pos     diag.Pos
	Default bool
	Regex   bool // case /"…"
	Value   Expr // constant; nil for default
	Stmts   []Stmt
}

// Assign is Target = Value. Target is a *PV (or a *Select, which the checker refuses).
type Assign struct {
	Pos    diag.Pos
	Target Expr
	Value  Expr
}

// ExprStmt is an expression as statement, in practice a call.
type ExprStmt struct {
	Pos diag.Pos
	X   Expr
}

// JumpKind tells the jumps apart.
type JumpKind uint8

// The jumps.
const (
	Return JumpKind = iota
	Exit
	Drop
	Break
)

// String is the jump's keyword.
func (k JumpKind) String() string { return [...]string{"return", "exit", "drop", "break"}[k] }

// Jump is return, exit, drop or break. Value is nil where none was given.
type Jump struct {
	Pos   diag.Pos
	Kind  JumpKind
	Value Expr
}

// RouteCall is route(NAME), route(3) or route(expression). Target is a
// *StringLit where the name is fixed (a number is its decimal text).
type RouteCall struct {
	Pos    diag.Pos
	Target Expr
}

// Expr is an expression.
type Expr interface{ Position() diag.Pos }

// IntLit is a number; yes and no and their kin are 1 and 0.
type IntLit struct {
	Pos   diag.Pos
	Value int64
}

// StringLit is a string; escapes are resolved and neighbours joined.
type StringLit struct {
	Pos   diag.Pos
	Value string
	Raw   bool // written in single quotes
	// Exact is true when byte i of Value stands at Pos+1+i of the source, so
	// that errors inside a format string can point at their column.
	Exact bool
}

// Ident is a bare word: a keyword operand (method, uri, src_ip, af, …), a
// constant (UDP, INET6, myself, a flag's name), or the right side of method==INVITE.
// Words with a colon are one Ident: uri:host, msg:len.
type Ident struct {
	Pos  diag.Pos
	Name string
}

// AddrLit is an address or network written without quotes: 10.0.0.0/8, [::1], 10.0.0.1.
type AddrLit struct {
	Pos  diag.Pos
	Text string
}

// PV is a pseudo-variable: $ru, $avp(x), $(avp(x)[1]), $(ru{uri.user}).
// Spec is the text without the leading $ and without the outer parentheses of
// the $(…) form: "ru", "avp(x)", "avp(x)[1]", "ru{uri.user}".
type PV struct {
	Pos  diag.Pos
	Spec string
}

// Select is @name.name["arg"][1]: Path is the text after @ as written.
type Select struct {
	Pos  diag.Pos
	Path string
}

// Unary is Op X. Ops: ! ~ - defined (int) (str) strlen strempty.
type Unary struct {
	Pos diag.Pos
	Op  string
	X   Expr
}

// Binary is L Op R. Ops: || && | & ^ << >> == != =~ !~ eq ne ieq ine > < >= <= + - * / mod
// ("or", "and" are normalised to || and &&). Pos is the operator's place.
type Binary struct {
	Pos  diag.Pos
	Op   string
	L, R Expr
}

// Call is name(args), or a bare name used as a statement or condition
// (force_rport;). Bare tells which.
type Call struct {
	Pos  diag.Pos
	Name string
	Bare bool
	Args []Expr
}

// Paren is ( X ) or [ X ], kept for the formatter and for precedence warnings.
type Paren struct {
	Pos diag.Pos
	X   Expr
}

// Position implements Stmt and Expr.
func (n *Block) Position() diag.Pos     { return n.Pos }
func (n *If) Position() diag.Pos        { return n.Pos }
func (n *While) Position() diag.Pos     { return n.Pos }
func (n *Switch) Position() diag.Pos    { return n.Pos }
func (n *Assign) Position() diag.Pos    { return n.Pos }
func (n *ExprStmt) Position() diag.Pos  { return n.Pos }
func (n *Jump) Position() diag.Pos      { return n.Pos }
func (n *RouteCall) Position() diag.Pos { return n.Pos }
func (n *IntLit) Position() diag.Pos    { return n.Pos }
func (n *StringLit) Position() diag.Pos { return n.Pos }
func (n *Ident) Position() diag.Pos     { return n.Pos }
func (n *AddrLit) Position() diag.Pos   { return n.Pos }
func (n *PV) Position() diag.Pos        { return n.Pos }
func (n *Select) Position() diag.Pos    { return n.Pos }
func (n *Unary) Position() diag.Pos     { return n.Pos }
func (n *Binary) Position() diag.Pos    { return n.Pos }
func (n *Call) Position() diag.Pos      { return n.Pos }
func (n *Paren) Position() diag.Pos     { return n.Pos }
