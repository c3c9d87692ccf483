package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sipedge/script/diag"
)

// cause is where something is wrong with a script of testdata, and a word of
// what is said about it; warn for a warning.
type cause struct {
	line int
	word string
	warn bool
	file string // an included file; "" for the script
}

func bad(line int, word string) cause  { return cause{line: line, word: word} }
func warn(line int, word string) cause { return cause{line: line, word: word, warn: true} }

func in(file string, c cause) cause {
	c.file = file
	return c
}

// causes are all the mistakes of every broken script, by hand.
var causes = map[string][]cause{
	"all_ways_end":            {warn(7, "unreachable")},
	"argument_count":          {bad(2, "1 argument"), bad(3, "2 arguments"), bad(4, "no arguments")},
	"argument_kind":           {bad(2, "number"), bad(3, "0 to 100"), bad(5, "known at start"), bad(6, "pseudo-variable"), bad(8, "uri:hots")},
	"armed_route":             {bad(3, "failure_route[MISSED]"), warn(11, "never armed")},
	"bad_regex":               {bad(2, "regular expression"), bad(5, "regular expression"), bad(7, "regular expression")},
	"big_number":              {warn(2, "32 bits")},
	"break_nowhere":           {warn(3, "break")},
	"clean":                   nil,
	"constant_condition":      {warn(2, "always false"), warn(5, "always true"), warn(8, "always false"), warn(11, "constant")},
	"core_parameter":          {bad(1, "debgu"), bad(2, "number"), bad(4, "-6 to 10")},
	"custom_global":           {bad(1, "quotes")},
	"division_by_zero":        {bad(2, "division"), bad(3, "division")},
	"duplicate_case":          {bad(6, "line 3"), bad(10, "line 8")},
	"duplicate_route":         {bad(9, "twice"), bad(13, "twice")},
	"five_errors":             {bad(1, "othr"), bad(3, "$fuu"), bad(4, "not loaded"), bad(5, "out of range"), bad(6, "assigned"), bad(7, ";"), bad(7, "route[X]")},
	"flags":                   {bad(1, "40"), bad(1, "third"), bad(3, "out of range"), bad(4, "frist")},
	"keyword_block":           {bad(2, "snd_ip")},
	"label_not_constant":      {bad(3, "constant")},
	"missing_brace":           {bad(2, "")},
	"missing_include":         {bad(1, "nowhere.cfg")},
	"missing_semicolon":       {bad(2, ";")},
	"mixed_switch":            {bad(6, "line 3")},
	"modparam":                {bad(2, "sise"), bad(3, "number"), bad(4, "1 to 100"), bad(5, "not loaded"), bad(6, "othr")},
	"modulo_sign":             {bad(2, "mod")},
	"myself":                  {bad(2, "src_port"), bad(5, "myself")},
	"needs_module":            {bad(1, "other")},
	"nested_in_string":        {bad(2, "$fuu"), bad(2, "$avp")},
	"no_effect":               {bad(2, "does nothing"), bad(3, "does nothing"), bad(4, "does nothing")},
	"not_bare":                {bad(2, "parentheses")},
	"not_loaded":              {bad(2, "not loaded")},
	"proto_word":              {bad(2, "UPD"), bad(5, "ipv6")},
	"read_only":               {bad(2, "assigned"), bad(3, "assigned"), bad(4, "assigned"), bad(5, "assigned")},
	"select":                  {bad(2, "rurri"), bad(3, "nmae")},
	"text_as_number":          {warn(2, "one"), warn(4, `"x"`)},
	"three_errors":            {bad(2, "sya"), bad(3, "regular expression"), bad(4, "NOWHERE")},
	"transformation":          {bad(2, "s.add"), bad(3, "s.len"), bad(5, "closed")},
	"unknown_function":        {bad(3, "sya")},
	"unknown_module":          {bad(1, "othr"), warn(3, "twice")},
	"unknown_pv":              {bad(2, "$vr"), bad(3, "$ruu"), bad(7, "$var"), bad(8, "$rm")},
	"unknown_pv_in_string":    {bad(2, "$fuu"), bad(3, "s.lenn"), bad(3, "$$")},
	"unknown_route":           {bad(2, "RELY"), bad(3, "route[2]")},
	"unknown_word":            {bad(2, "metod"), bad(5, "max_len")},
	"unreachable":             {warn(4, "unreachable"), warn(11, "unreachable"), warn(14, "unreachable")},
	"unterminated_string":     {bad(2, "")},
	"unused":                  {warn(5, "never called"), warn(13, "never armed"), warn(17, "core:strat")},
	"missing_parenthesis":     {bad(2, ")"), bad(3, ")"), bad(6, "("), bad(9, ")")},
	"misspelt_keyword":        {bad(2, "(if)"), bad(7, "(else)"), bad(10, "(switch)"), bad(14, "(return)"), bad(17, "(route)"), bad(21, "(failure_route)")},
	"unclosed_comment":        {bad(3, "comment")},
	"included_errors":         {bad(4, "sya"), in("outer.inc", bad(3, "debgu")), in("outer.inc", bad(4, "nowhere.inc")), in("inner.inc", bad(2, ";")), in("inner.inc", bad(3, "$nothing"))},
	"region_open":             {bad(1, "#!endif")},
	"region_close":            {bad(2, "#!ifdef"), bad(5, "#!ifdef")},
	"missing_module_params":   {bad(1, "gone"), bad(5, "1 to 100"), bad(6, "lost")},
	"wrong_block_called":      {bad(6, "not allowed"), warn(16, "route[REPLIES] is called from onreply_route"), bad(17, "not allowed")},
	"not_loaded_call":         {bad(2, "not loaded"), bad(2, "2 arguments"), bad(2, "$fuu"), bad(2, "0 to 100"), bad(3, "not loaded"), bad(3, "0 to 100"), bad(4, "not loaded")},
	"misplaced_word":          {bad(3, "else"), bad(6, "case"), bad(9, "if")},
	"assignment_in_condition": {bad(2, "=="), bad(5, "==")},
	"unclosed_variable":       {bad(2, ")"), bad(4, "$(ru"), bad(5, ")")},
	"bad_define":              {bad(2, "ONE"), bad(4, "9x"), bad(5, "regular expression"), warn(6, "#!define"), bad(8, "itself"), bad(8, "unknown word"), bad(11, "name")},
	"recursion":               {warn(9, "route[B]"), warn(19, "itself each")},
	"flag_use":                {warn(1, "idle"), bad(5, "avpflags"), bad(6, "out of range"), bad(7, "(known)")},
	"endless_loop":            {warn(2, "max_while_loops")},
	"extra_brace":             {bad(6, "}")},
	"missing_value":           {bad(2, "value"), bad(3, "1 argument"), bad(4, "value"), bad(5, "value"), bad(6, "value")},
	"strange_character":       {bad(2, "`"), bad(3, "§")},
	"modparam_type":           {bad(2, "without quotes"), bad(3, "number or a string"), bad(4, "not loaded"), bad(5, "quotes"), bad(6, "quotes")},
	"missing_open_brace":      {bad(1, "{"), bad(6, "line 9")},
	"unterminated_later":      {bad(2, "not closed"), bad(4, "not closed")},
	"wrong_regex_places":      {bad(2, "alhpa"), bad(5, "not closed"), bad(8, "order")},
	"wrong_block":             {bad(2, "onsend_route"), warn(9, "never armed"), bad(14, "onsend_route")},
}

// Every mistake is reported at the line of its cause, all of them in one run,
// and nothing else is said.
func TestEveryMistakeIsFoundAtItsCause(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.cfg")
	if len(files) != len(causes) {
		t.Errorf("%d scripts, %d entries", len(files), len(causes))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".cfg")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			diags, p := diagnose(t, name+".cfg", text)
			want, ok := causes[name]
			if !ok {
				t.Fatal("no entry")
			}
			wrong := 0
			for _, c := range want {
				if !c.warn {
					wrong++
				}
				if c.file == "" {
					c.file = name + ".cfg"
				}
				if !reported(diags, c) {
					t.Errorf("nothing about line %d, %q", c.line, c.word)
				}
			}
			if (p == nil) != (wrong > 0) {
				t.Errorf("a program: %v, errors expected: %d", p != nil, wrong)
			}
			if n := len(diags.Items); n != len(want) {
				t.Errorf("%d things are said, %d expected:\n%s", n, len(want), diags)
			}
		})
	}
}

func reported(diags *diag.List, c cause) bool {
	for _, d := range diags.Items {
		said := fmt.Sprintf("%s (%s)", d.Message, d.Suggestion)
		at := diags.Set.Position(d.Pos)
		if at.Line == c.line && filepath.Base(at.File) == c.file && strings.Contains(said, c.word) && (d.Severity == diag.Warning) == c.warn {
			return true
		}
	}
	return false
}
