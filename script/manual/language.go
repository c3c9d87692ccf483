package manual

// row is a thing of the language that has no row in a table.
type row struct{ name, title, doc, source string }

var statements = []row{
	{"if", "if (condition) statement [else statement]", "Runs one statement or block, or the other. The condition is true for a result of more than 0, of an expression as of a function.", `cookbook "if"`},
	{"switch", "switch (expression) { case value: … default: … }", "Goes on at the label that is equal: numbers, or texts and regular expressions (case /\"…\":), constants of one type. Without break the statements of the next label run too.", `cookbook "switch"`},
	{"while", "while (condition) statement", "Repeats while the condition is true, max_while_loops times at most; break leaves it.", `cookbook "while"`},
	{"break", "break", "Leaves the innermost while or switch.", `cookbook "break"`},
	{"return", "return [(value)]", "Leaves the route with a result, 1 where none is given: more than 0 is true, less is false, 0 ends the script. The caller finds it in $rc.", `cookbook "return"`},
	{"exit", "exit", "Ends the script for this message.", `cookbook "exit"`},
	{"drop", "drop", "Ends the script; in a branch_route the branch is not sent, in an onreply_route the provisional reply is not relayed, in an onsend_route the message is not sent.", `cookbook "drop"`},
	{"route", "route(name)", "Runs the block route[name] and goes on behind it with its result. The name may be an expression that is computed at run time.", `cookbook "route"`},
	{"request_route", "request_route { … }", "The block that runs for every request; route { … } is the same. route[name] { … } is run by route(name).", `cookbook "Routing Blocks"`},
	{"failure_route", "failure_route[name] { … }", "Runs when a transaction that was armed for it has failed: after its final replies, none of which is a 2xx.", `cookbook "failure_route"`},
	{"branch_route", "branch_route[name] { … }", "Runs for each branch of a request, before it is sent; arming is done beforehand.", `cookbook "branch_route"`},
	{"onreply_route", "onreply_route { … }", "Runs for every reply; reply_route is the same. onreply_route[name] { … } runs for the replies of a transaction that was armed for it.", `cookbook "onreply_route"`},
	{"onsend_route", "onsend_route { … }", "Runs for every request before it leaves, with snd_ip, to_ip and their kin; drop keeps the message from being sent.", `cookbook "onsend_route"`},
	{"event_route", "event_route[name] { … }", "Runs when something happens in the core or a module; \"sipedge doc events\" lists what.", `cookbook "event_route"`},
	{"loadmodule", `loadmodule "name.so"`, "Enables a module. Modules are part of the program; directory and ending of the name do not matter.", `cookbook "loadmodule"`},
	{"modparam", `modparam("module", "name", value)`, "Sets a parameter of one module, or of several: \"registrar|usrloc\".", `cookbook "modparam"`},
	{"include_file", `include_file "path"`, "Reads another file in this place: from the working directory, else from the directory of the including file.", `cookbook "include_file"`},
	{"import_file", `import_file "path"`, "As include_file; a file that is not there is no error.", `cookbook "import_file"`},
	{"flags", "flags name[:number], …", "Declares names for flags of the message.", `cookbook "flags"`},
	{"avpflags", "avpflags name[:number], …", "Declares names for flags of attribute-value pairs.", `cookbook "avpflags"`},
}

// operatorRows are the operators, the loosest first.
var operatorRows = []row{
	{"=", "$name = expression", "Assigns. It is a statement: a condition compares with ==.", `cookbook "Assignment"`},
	{"||", "a || b", "True where one of the two is; b is not asked where a is true. Also written or.", `cookbook "Operators"`},
	{"&&", "a && b", "True where both are; b is not asked where a is false. Also written and. Binds tighter than ||.", `cookbook "Operators"`},
	{"|", "a | b", "Bits of either number. Binds tighter than &&.", `cookbook "Operators"`},
	{"&", "a & b", "Bits of both numbers. Binds tighter than |.", `cookbook "Operators"`},
	{"^", "a ^ b", "Bits of one of the numbers and not the other. Binds tighter than &.", `cookbook "Operators"`},
	{"<<", "a << b", "The number shifted to the left, with >> to the right. Binds tighter than ^.", `cookbook "Operators"`},
	{"==", "a == b", "True where both are equal, as the type of a says: as numbers or as texts. != is the opposite. Binds tighter than <<, as do =~, eq, ne, ieq and ine.", `cookbook "Operators"`},
	{"=~", "a =~ \"expression\"", "True where the text matches the POSIX extended regular expression, without regard to case. !~ is the opposite.", `cookbook "Operators"`},
	{"eq", "a eq b", "True where both are equal as texts. ne is the opposite.", `cookbook "Operators"`},
	{"ieq", "a ieq b", "True where both are equal as numbers. ine is the opposite.", `cookbook "Operators"`},
	{"<", "a < b", "Compares numbers, as >, <= and >= do. Binds tighter than ==.", `cookbook "Operators"`},
	{"+", "a + b", "The sum where a is a number, the texts one behind the other where it is a text. Binds tighter than <.", `cookbook "Operators"`},
	{"-", "a - b", "The difference; before an operand its negative.", `cookbook "Operators"`},
	{"*", "a * b", "The product. Binds tighter than +, as do / and mod.", `cookbook "Operators"`},
	{"/", "a / b", "The quotient of whole numbers; a division by 0 makes the expression fail.", `cookbook "Operators"`},
	{"mod", "a mod b", "The remainder of a division; there is no %.", `cookbook "Operators"`},
	{"!", "! a", "True where a is not. Also written not. Binds tighter than *, as do ~ and - before an operand.", `cookbook "Operators"`},
	{"~", "~ a", "The number with every bit turned.", `cookbook "Operators"`},
	{"(int)", "(int) a", "The value as a number; a text that is none counts as 0. (str) is the value as a text.", `cookbook "Operators"`},
	{"defined", "defined a", "True where the operand has a value.", `cookbook "Operators"`},
	{"strlen", "strlen(a)", "The length of a text in bytes.", `cookbook "Operators"`},
	{"strempty", "strempty(a)", "True for a text of no length.", `cookbook "Operators"`},
}

var directiveRows = []row{
	{"#!define", "#!define NAME [value]", "Defines a name; its value stands in for it outside of strings. A backslash at the end of the line goes on in the next.", `cookbook "define"`},
	{"#!trydef", "#!trydef NAME [value]", "Defines a name unless it is defined already; also #!trydefine.", "Kamailio 5.6 cookbook, trydef"},
	{"#!redefine", "#!redefine NAME [value]", "Defines a name anew; also #!redef.", "Kamailio 5.6 cookbook, redefine"},
	{"#!undef", "#!undef NAME", "Forgets a name.", "sipedge"},
	{"#!ifdef", "#!ifdef NAME", "What follows, up to #!else or #!endif, counts where the name is defined.", `cookbook "ifdef"`},
	{"#!ifndef", "#!ifndef NAME", "What follows counts where the name is not defined.", `cookbook "ifndef"`},
	{"#!ifexp", "#!ifexp expression", "What follows counts where the expression over defines is true.", "Kamailio 5.6 cookbook, ifexp"},
	{"#!else", "#!else", "The other side of #!ifdef, #!ifndef and #!ifexp.", `cookbook "else"`},
	{"#!endif", "#!endif", "Ends #!ifdef, #!ifndef and #!ifexp.", `cookbook "endif"`},
	{"#!subst", `#!subst "/expression/text/flags"`, "Replaces in strings; the flags are g (all) and i (without regard to case).", `cookbook "subst"`},
	{"#!substdef", `#!substdef "!NAME!value!g"`, "Defines a name and replaces it in strings.", "Kamailio 5.6 cookbook, substdef"},
	{"#!substdefs", `#!substdefs "!NAME!value!g"`, "As #!substdef, with the value as a string where the name stands alone.", "Kamailio 5.6 cookbook, substdefs"},
	{"#!defenv", "#!defenv NAME or NAME=VARIABLE", "Defines a name from a variable of the environment, which has to be there.", "Kamailio 5.6 cookbook, defenv"},
	{"#!trydefenv", "#!trydefenv NAME or NAME=VARIABLE", "As #!defenv; a variable that is not there is no error.", "Kamailio 5.6 cookbook, trydefenv"},
	{"#!defexp", "#!defexp NAME expression", "Defines a name as the result of an expression over defines.", "Kamailio 5.6 cookbook, defexp"},
	{"#!defexps", "#!defexps NAME expression", "As #!defexp, as a string.", "Kamailio 5.6 cookbook, defexps"},
	{"#!include_file", `#!include_file "path"`, "As include_file.", `cookbook "include_file"`},
	{"#!import_file", `#!import_file "path"`, "As import_file.", `cookbook "import_file"`},
	{"#!KAMAILIO", "#!KAMAILIO", "First line of a script; #!SER, #!OPENSER, #!MAXCOMPAT and #!ALL are taken too. It changes nothing.", `cookbook "config file types"`},
}

// short are other spellings, and words that are described along with another.
var short = map[string][]string{
	"#!define": {"#!def", "def", "define"}, "#!trydef": {"#!trydefine", "trydefine", "trydef"}, "#!redefine": {"#!redef", "redef", "redefine"},
	"||": {"or"}, "&&": {"and"}, "!": {"not"}, "<<": {">>"}, "==": {"!="}, "=~": {"!~"}, "eq": {"ne"}, "ieq": {"ine"}, "<": {">", "<=", ">="},
	"(int)": {"int", "(str)", "str"}, "if": {"else"}, "switch": {"case", "default"}, "onreply_route": {"reply_route"},
	"#!KAMAILIO": {"#!SER", "#!OPENSER", "#!MAXCOMPAT", "#!ALL"},
}

func (m *Manual) languageEntries() {
	for _, r := range statements {
		m.add(&Entry{Kind: "statement", Name: r.name, Title: r.title, Doc: r.doc, Source: r.source}, short[r.name]...)
	}
	for _, r := range operatorRows {
		m.add(&Entry{Kind: "operator", Name: r.name, Title: r.title, Doc: r.doc, Source: r.source}, short[r.name]...)
	}
	m.add(&Entry{Kind: "keyword", Name: "myself", Title: "myself", Doc: "In a comparison with uri, src_ip and their kin: one of our addresses, aliases or names.",
		Source: `cookbook "myself"`})
	for _, r := range directiveRows {
		keys := append([]string{"!!" + r.name[2:]}, short[r.name]...)
		if r.name != "#!include_file" && r.name != "#!import_file" && r.name != "#!else" {
			keys = append(keys, r.name[2:])
		}
		m.add(&Entry{Kind: "directive", Name: r.name, Title: r.title, Doc: r.doc, Source: r.source}, keys...)
	}
}
