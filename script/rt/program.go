package rt

import "sipedge/script/value"

// Program is a compiled configuration's routing logic: immutable, shared by all
// loops, kept by every message that began with it.
type Program struct {
	// Consts are the bytes of all constant strings; Const values point here.
	Consts []byte
	// NumVars is the number of $var slots, VarNames their names.
	NumVars  int
	VarNames []string
	// VarInit are the values of the first $var slots when a message begins; the
	// others are undefined. Constants and numbers only.
	VarInit []value.Value
	// AVPNames are the AVP names of the script, indexed by AVPName.
	AVPNames []string

	// Globals are the custom global parameters of the script (group.name = value).
	Globals []Global

	// Request is the main request block; nil where the script has none. Reply
	// is the main onreply_route, Send the onsend_route.
	Request, Reply, Send Op
	// Routes are the named blocks by kind and name, for modules that arm them
	// (t_on_failure …) and for route(expression).
	Routes map[RouteKey]Op

	// BranchLimit is the number of destinations that a request may have, its own
	// URI included: max_branches. 0 stands for as many as there is room for.
	BranchLimit int

	// Stateful is set when any function used wants the call's home loop.
	Stateful bool
	// Typed is the number of == and != whose operand types were known at start and
	// the same, so that none is looked at for a message.
	Typed int
	// CallDepth bounds the nesting of route() calls, at most MaxCallDepth.
	CallDepth int
	// Positions turns Ctx.Pos into "file:line:column" for log lines.
	Positions func(pos int32) string
}

// RouteKey names a routing block.
type RouteKey struct {
	Kind RouteKind
	Name string
}

// Global is a custom global parameter: group.name = value desc "text"
// (cookbook "description").
type Global struct {
	Group, Name, Desc string
	// IsInt tells Int from Str.
	IsInt bool
	Int   int64
	Str   string
}

// Route is the block that route(name) runs, nil if there is none.
func (p *Program) Route(name []byte) Op {
	return p.Routes[RouteKey{RequestRoute, string(name)}]
}

// Block is the block of a kind and name ("" for the main one), nil if there is none.
func (p *Program) Block(kind RouteKind, name string) Op { return p.Routes[RouteKey{kind, name}] }

func (p *Program) loopBudget() int { return LoopBudget }

// branchLimit is the number of additional destinations that a request may have.
func (p *Program) branchLimit() int {
	if p.BranchLimit == 0 {
		return MaxBranches
	}
	return min(p.BranchLimit-1, MaxBranches)
}
