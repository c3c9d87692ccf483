package diag

// Code names a kind of finding for programs: editors, scripts that filter. It
// never changes its meaning; the text of a message may.
type Code string

// The codes. Codes has a row for each.
const (
	// What the text is read for: preprocessor and lexer.
	Unreadable       Code = "unreadable"
	Include          Code = "include"
	Directive        Code = "directive"
	UnknownDirective Code = "unknown-directive"
	Environment      Code = "environment"
	Region           Code = "region"
	DuplicateDefine  Code = "duplicate-define"
	DefineCycle      Code = "define-cycle"
	Limit            Code = "limit"
	Character        Code = "character"
	UnclosedComment  Code = "unclosed-comment"
	UnclosedString   Code = "unclosed-string"
	UnclosedBracket  Code = "unclosed-bracket"
	Number           Code = "number"
	Regex            Code = "regex"

	// The grammar.
	Empty              Code = "empty"
	Syntax             Code = "syntax"
	MissingSemicolon   Code = "missing-semicolon"
	MissingBrace       Code = "missing-brace"
	ExtraBrace         Code = "extra-brace"
	MissingParenthesis Code = "missing-parenthesis"
	MisplacedWord      Code = "misplaced-word"
	AssignInCondition  Code = "assignment-in-condition"
	NoEffect           Code = "no-effect"
	Operator           Code = "operator"
	Removed            Code = "removed"

	// Names.
	UnknownFunction       Code = "unknown-function"
	UnknownWord           Code = "unknown-word"
	UnknownRoute          Code = "unknown-route"
	UnknownEvent          Code = "unknown-event"
	UnknownModule         Code = "unknown-module"
	UnknownParameter      Code = "unknown-parameter"
	UnknownPV             Code = "unknown-pv"
	UnknownTransformation Code = "unknown-transformation"
	UnknownSelect         Code = "unknown-select"
	ModuleNotLoaded       Code = "module-not-loaded"
	DuplicateModule       Code = "duplicate-module"
	DuplicateRoute        Code = "duplicate-route"
	DuplicateLabel        Code = "duplicate-label"

	// Use.
	NeedsParentheses   Code = "needs-parentheses"
	WrongBlock         Code = "wrong-block"
	ArgumentCount      Code = "argument-count"
	Argument           Code = "argument"
	ParameterValue     Code = "parameter-value"
	ParameterRemark    Code = "parameter-remark"
	ModuleCheck        Code = "module-check"
	ReadOnly           Code = "read-only"
	PVForm             Code = "pv-form"
	TransformationForm Code = "transformation-form"
	SelectForm         Code = "select-form"
	Comparison         Code = "comparison"
	HostName           Code = "host-name"
	Flag               Code = "flag"
	UnusedFlag         Code = "unused-flag"
	Label              Code = "label"
	MixedLabels        Code = "mixed-labels"
	SilentLog          Code = "silent-log"

	// Flow.
	Unreachable       Code = "unreachable"
	UnusedRoute       Code = "unused-route"
	Recursion         Code = "recursion"
	ConstantCondition Code = "constant-condition"
	Break             Code = "break"
	NumberRange       Code = "number-range"
	DivisionByZero    Code = "division-by-zero"
	TextAsNumber      Code = "text-as-number"

	// The server around the script.
	Address  Code = "address"
	Internal Code = "internal"
)

// CodeDoc is one code with what it stands for, for the manual.
type CodeDoc struct {
	Code Code
	Doc  string
}

// Codes are all codes, in the order of the constants.
var Codes = []CodeDoc{
	{Unreadable, "the script cannot be read"},
	{Include, "an include_file or import_file without a path in quotes, of a file that cannot be read, or nested too deep"},
	{Directive, "a #! directive, or its counterpart on the command line, that is not written as it should be"},
	{UnknownDirective, "a #! word that is near a directive and is taken as a comment"},
	{Environment, "#!defenv of a variable that the environment does not have"},
	{Region, "#!ifdef, #!else and #!endif do not belong together"},
	{DuplicateDefine, "a name is defined twice"},
	{DefineCycle, "the value of a define names itself"},
	{Limit, "too long, too many or nested too deep"},
	{Character, "a character that means nothing in a script"},
	{UnclosedComment, "a comment without */"},
	{UnclosedString, "a string without its closing quote"},
	{UnclosedBracket, "a ), ] or } is missing in a pseudo-variable, a transformation or a select"},
	{Number, "what looks like a number is none, or an escape is too big"},
	{Regex, "a regular expression that does not compile"},
	{Empty, "a script without a word"},
	{Syntax, "something else was expected here"},
	{MissingSemicolon, "a statement without its semicolon"},
	{MissingBrace, "a { or } is missing"},
	{ExtraBrace, "a } that closes nothing"},
	{MissingParenthesis, "a ( or ) is missing"},
	{MisplacedWord, "else without if, case outside of switch, a statement outside of the blocks, or a misspelt keyword"},
	{AssignInCondition, "= where a comparison, ==, is meant"},
	{NoEffect, "a statement that does nothing"},
	{Operator, "an operator that the language does not have"},
	{Removed, "a word that the language no longer has"},
	{UnknownFunction, "a function that nobody knows"},
	{UnknownWord, "a bare word that nobody knows"},
	{UnknownRoute, "a routing block that the script does not have"},
	{UnknownEvent, "an event_route that nothing runs"},
	{UnknownModule, "a module that does not exist, or that a modparam does not find among the loaded ones"},
	{UnknownParameter, "a parameter that the core or the module does not have"},
	{UnknownPV, "a pseudo-variable that nobody knows"},
	{UnknownTransformation, "a transformation that nobody knows"},
	{UnknownSelect, "a select, or a configuration value, that nobody knows"},
	{ModuleNotLoaded, "what is used is in a module that the script does not load"},
	{DuplicateModule, "a module is loaded twice"},
	{DuplicateRoute, "a routing block is defined twice"},
	{DuplicateLabel, "a label stands twice in a switch"},
	{NeedsParentheses, "a function without its parentheses"},
	{WrongBlock, "what is used is not allowed in this kind of routing block"},
	{ArgumentCount, "too few or too many arguments"},
	{Argument, "an argument that the function does not take"},
	{ParameterValue, "a value of the wrong type or out of the parameter's range"},
	{ParameterRemark, "a parameter that does something else here than in Kamailio"},
	{ModuleCheck, "a module refuses its configuration"},
	{ReadOnly, "an assignment to what cannot be written"},
	{PVForm, "a pseudo-variable that is written in a way it does not have"},
	{TransformationForm, "a transformation with the wrong arguments"},
	{SelectForm, "a select that is not written as it should be"},
	{Comparison, "a keyword is compared with what it can never be"},
	{HostName, "a host name in a comparison that has no address now"},
	{Flag, "a flag that is out of range, not declared, declared twice or of the other kind"},
	{UnusedFlag, "a flag is declared and never used"},
	{Label, "a label of a switch that is no constant"},
	{MixedLabels, "integer and string labels in one switch"},
	{SilentLog, "a log line that is never written at the configured level"},
	{Unreachable, "statements that can never run"},
	{UnusedRoute, "a routing block that nothing runs"},
	{Recursion, "a route that calls itself each time it runs"},
	{ConstantCondition, "a condition that is always true or always false"},
	{Break, "break outside of while and switch"},
	{NumberRange, "a number that does not fit into 32 bits"},
	{DivisionByZero, "a division by a constant 0"},
	{TextAsNumber, "a constant text that is used as a number"},
	{Address, "an address to listen on, or a way to wait for events, that does not work here"},
	{Internal, "a mistake of sipedge itself"},
}
