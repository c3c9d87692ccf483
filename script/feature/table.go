package feature

const (
	comment = "the line is a comment"
	unknown = "the token belongs to no rule of the grammar"
)

// all is grouped by where a part is left out: lexer, token list, parser, tree, compiler.
var all = []Feature{
	// The lexer: directives, comments, literals.
	{"include_file", "the word is an ordinary one"},
	{"include path search", "a relative path is looked for in the current directory only"},
	{"include depth", "includes nest without bound"},
	{"#!define", comment}, {"#!def", comment}, {"#!ifdef", comment}, {"#!ifndef", comment}, {"#!else", comment},
	{"#!endif", comment}, {"#!subst", comment},
	{"define value", "a define has a name only"},
	{"multi-line define", "a directive ends with its line"},
	{"define count", "defines are not counted"},
	{"clean directive lines", "what stands behind a directive's name is passed over"},
	{"first-line mark", "the marks of dialects are no directives"},
	{"comment #", "# is no character of the language"}, {"comment /* */", "/ and * are operators only"},
	{"nested comments", "the first */ ends a comment"},
	{"string escapes", "a backslash in a string is one"},

	// The token list: a token of this text, at a place where it means this.
	{"operator ==", unknown}, {"operator !=", unknown}, {"operator =~", unknown}, {"operator !~", unknown},
	{"operator >", unknown}, {"operator >=", unknown}, {"operator <", unknown}, {"operator <=", unknown},
	{"operator &&", unknown}, {"operator and", unknown}, {"operator ||", unknown}, {"operator or", unknown},
	{"operator !", unknown}, {"operator not", unknown}, {"operator [ ]", unknown}, {"operator ( )", unknown},
	{"operator +", unknown}, {"operator -", unknown}, {"operator *", unknown}, {"operator /", unknown}, {"operator mod", unknown},
	{"operator |", unknown}, {"operator &", unknown}, {"operator ^", unknown}, {"operator ~", unknown},
	{"operator <<", unknown}, {"operator >>", unknown}, {"operator (int)", unknown}, {"operator (str)", unknown},
	{"operator eq", unknown}, {"operator ne", unknown}, {"operator ieq", unknown}, {"operator ine", unknown},
	{"operator defined", unknown}, {"operator strlen", unknown}, {"operator strempty", unknown}, {"operator =", unknown},
	{"statement if", unknown}, {"statement else", unknown}, {"statement while", unknown}, {"statement switch", unknown},
	{"statement case", unknown}, {"statement default", unknown}, {"statement break", unknown}, {"statement drop", unknown},
	{"statement exit", unknown}, {"statement return", unknown}, {"statement route()", unknown}, {"statement ;", unknown},
	{"label /regex", unknown},
	{"block route", unknown}, {"block route[name]", unknown}, {"block branch_route", unknown}, {"block failure_route", unknown},
	{"block onreply_route", unknown}, {"block onreply_route[name]", unknown}, {"block onsend_route", unknown}, {"block event_route", unknown},
	{"declaration flags", unknown}, {"declaration bool", unknown}, {"declaration avpflags", unknown},
	{"declaration loadmodule", unknown}, {"declaration loadpath", unknown}, {"declaration mpath", unknown}, {"declaration modparam", unknown},
	{"declaration group.name", unknown}, {"declaration desc", unknown}, {"declaration descr", unknown}, {"declaration description", unknown},
	{"word INET", unknown}, {"word inet", unknown}, {"word INET6", unknown}, {"word inet6", unknown},
	{"word TCP", unknown}, {"word tcp", unknown}, {"word UDP", unknown}, {"word udp", unknown}, {"word TLS", unknown}, {"word tls", unknown},
	{"word SCTP", unknown}, {"word sctp", unknown}, {"word myself", unknown}, {"word max_len", unknown},
	{"word yes", unknown}, {"word no", unknown}, {"word true", unknown}, {"word false", unknown}, {"word on", unknown}, {"word off", unknown},
	{"word enable", unknown}, {"word disable", unknown},
	{"number 0x", unknown}, {"number octal", unknown}, {"number b", unknown},
	{"string '…'", unknown}, {"string neighbours", unknown},
	{"route names by number", "route(1) names another block than route(\"1\")"},

	// The parser.
	{"precedence", "all operators of two operands bind equally, from the left"},

	// The tree: the script is given the meaning that it would have without the rule.
	{"rule implicit drop", "the end of the main route forwards the request"},
	{"rule implicit branch", "the end of a branch_route discards the branch"},
	{"rule implicit relay", "the end of an onreply_route drops the reply"},
	{"rule exit is not drop", "exit drops"},
	{"rule return(0)", "return(0) ends the script, wherever it stands"},
	{"rule return ends the main route", "return in the main route does nothing"},
	{"rule route truth", "every result of a route but 0 is true"},
	{"rule default return", "a route without return, or with one without value, gives 0"},
	{"rule right operand is converted", "operands of different types are compared and added as texts"},
	{"rule undef + x", "an undefined left operand of + counts as 0"},
	{"rule undef == x", "an undefined left operand of == is the text \"\""},
	{"rule eq is not ==", "eq is =="}, {"rule ieq is not ==", "ieq is =="},
	{"rule avp appends", "an assignment to an AVP replaces its values"},
	{"rule [*]", "an assignment to [*] adds a value"},
	{"rule flags 0 to 31", "flags are counted modulo 32"},

	// The compiler.
	{"variable var", "the variable does not exist"}, {"variable avp", "the variable does not exist"},
	{"variable retcode", "the variable does not exist"}, {"variable rc", "the variable does not exist"}, {"variable ?", "the variable does not exist"},
	{"rule operators are specialised", "no type of an operand is known at start"},
}
