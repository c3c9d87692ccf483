package parse

import (
	"strconv"
	"strings"

	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/lex"
)

// blockKinds are the keywords of routing blocks.
var blockKinds = map[string]ast.BlockKind{
	"route":         ast.RequestRoute,
	"request_route": ast.RequestRoute,
	"failure_route": ast.FailureRoute,
	"onreply_route": ast.ReplyRoute,
	"reply_route":   ast.ReplyRoute,
	"branch_route":  ast.BranchRoute,
	"onsend_route":  ast.SendRoute,
	"event_route":   ast.EventRoute,
}

// topWords are what can stand outside the routing blocks besides parameters, for
// suggestions.
var topWords = []string{"route", "request_route", "failure_route", "onreply_route", "reply_route", "branch_route", "onsend_route", "event_route",
	"loadmodule", "loadmodulex", "modparam", "modparamx", "loadpath", "mpath", "flags", "avpflags", "include_file", "import_file"}

// statementWords begin statements; outside the blocks they are a sign of a brace
// too many.
var statementWords = map[string]bool{"if": true, "else": true, "while": true, "switch": true, "case": true, "default": true, "return": true, "exit": true, "drop": true, "break": true}

// config reads what stands at the top level.
func (p *parser) config() {
	for p.cur().Kind != lex.EOF {
		start := p.i
		p.topItem()
		if p.i == start {
			p.i++
		}
	}
}

// topItem reads one item; after an error it goes on at the next line that looks
// like the beginning of one.
func (p *parser) topItem() {
	defer func() {
		if e := recover(); e != nil {
			if _, ok := e.(syntaxError); !ok {
				panic(e)
			}
			p.blocks, p.depth, p.unclosed = p.blocks[:0], 0, false
			p.syncTop()
		}
	}()
	t := p.cur()
	switch {
	case p.accept(";"):
	case tokenIs(t, "}"):
		p.next()
		p.surplusBrace(t)
	case t.Kind != lex.Ident:
		p.failAt(diag.Syntax, t.Pos, "expected a parameter, a module or a routing block, found %s", describe(t))
	case statementWords[t.Text]:
		p.failAt(diag.MisplacedWord, t.Pos, "%q outside of a routing block; is there a \"}\" too many before it?", t.Text)
	default:
		p.named(p.next())
	}
}

func (p *parser) named(t *lex.Token) {
	switch t.Text {
	case "loadmodule", "loadmodulex":
		paren := p.accept("(")
		path := p.stringOf("loadmodule takes the module's name in quotes")
		if paren {
			p.closeParams()
		}
		p.cfg.Modules = append(p.cfg.Modules, &ast.LoadModule{Pos: t.Pos, Path: path.Value})
		return
	case "modparam", "modparamx":
		p.modParam(t)
		return
	case "flags", "avpflags", "bool":
		if !p.is("=") {
			p.flagDecls(t, t.Text == "avpflags")
			return
		}
	case "loadpath", "mpath":
		if p.cur().Kind == lex.String {
			s := p.stringOf("")
			p.cfg.Settings = append(p.cfg.Settings, &ast.Setting{Pos: t.Pos, Name: t.Text,
				Values: []ast.SettingValue{{Pos: s.Pos, Kind: ast.SettingString, Str: s.Value}}})
			return
		}
	}
	if kind, ok := blockKinds[t.Text]; ok && (p.is("{") || p.is("[")) {
		p.routeBlock(t, kind)
		return
	}
	if _, block := blockKinds[t.Text]; block && !p.is("=") {
		p.failAt(diag.MissingBrace, p.missingAt(), "expected \"{\" to open the block of %s, found %s", t.Text, describe(p.cur()))
	}
	if !p.is("=") {
		d := p.diags.Errorf(diag.Syntax, t.Pos, "expected \"=\" behind the parameter %q, found %s", t.Text, describe(p.cur()))
		d.Suggestion = diag.Suggest(t.Text, topWords)
		if d.Suggestion != "" {
			d.Message = "unexpected " + strconv.Quote(t.Text)
		}
		panic(syntaxError{})
	}
	p.setting(t)
}

func (p *parser) stringOf(what string) *ast.StringLit {
	if p.cur().Kind != lex.String {
		p.failAt(diag.Syntax, p.missingAt(), "%s, found %s", what, describe(p.cur()))
	}
	return p.str()
}

func (p *parser) closeParams() {
	if !p.accept(")") {
		p.failAt(diag.MissingParenthesis, p.missingAt(), "expected \")\", found %s", describe(p.cur()))
	}
}

func (p *parser) modParam(t *lex.Token) {
	p.expect("(", "behind modparam")
	mod := p.stringOf("modparam takes the module's name in quotes")
	p.expect(",", "behind the module's name")
	name := p.stringOf("modparam takes the parameter's name in quotes")
	p.expect(",", "behind the parameter's name")
	v := p.expr(0)
	p.closeParams()
	p.cfg.ModParams = append(p.cfg.ModParams, &ast.ModParam{Pos: t.Pos, Modules: mod.Value, ModPos: mod.Pos, Name: name.Value, NamePos: name.Pos, Value: v})
}

// flagDecls reads "flags name[:position], …".
func (p *parser) flagDecls(t *lex.Token, avp bool) {
	for {
		n := p.cur()
		if n.Kind != lex.Ident && n.Kind != lex.String {
			p.failAt(diag.Syntax, p.missingAt(), "expected a flag's name, found %s", describe(n))
		}
		p.next()
		d := &ast.FlagDecl{Pos: n.Pos, Avp: avp, Name: n.Text, Number: -1}
		if p.accept(":") {
			v := p.next()
			if v.Kind != lex.Int {
				p.failAt(diag.Syntax, v.Pos, "expected the flag's position, found %s", describe(v))
			}
			d.Number = int(v.Int)
		}
		p.cfg.Flags = append(p.cfg.Flags, d)
		if !p.accept(",") {
			return
		}
	}
}

// setting reads "name = value" or "group.name = value desc "text"".
func (p *parser) setting(t *lex.Token) {
	s := &ast.Setting{Pos: t.Pos, Name: t.Text}
	if i := strings.IndexByte(t.Text, '.'); i >= 0 {
		s.Group, s.Name = t.Text[:i], t.Text[i+1:]
	}
	p.next() // =
	for first := true; ; first = false {
		v := p.cur()
		if !first && (v.First || v.Kind == lex.EOF || v.Kind == lex.Op && v.Text != "*" && v.Text != "-" || v.Kind == lex.Ident && tokenIs(p.peek(1), "=")) {
			break
		}
		if first && v.First && p.beginsItem() {
			p.failAt(diag.Syntax, p.endOfPrev(), "expected a value for %q, found %s", t.Text, describe(v))
		}
		switch {
		case !first && (tokenIs(v, "desc") || tokenIs(v, "descr") || tokenIs(v, "description")):
			p.next()
			s.Desc = p.stringOf("a description stands in quotes").Value
			continue
		case !first && tokenIs(v, "advertise"):
			p.next()
			if a := p.cur(); a.First {
				p.failAt(diag.Syntax, p.endOfPrev(), "expected an address behind advertise, found %s", describe(a))
			}
			s.Values[len(s.Values)-1].Advertise = p.settingValue(t).Str
			continue
		case !first && s.Name == "listen" && tokenIs(v, "haproxy"):
			p.next()
			s.Values[len(s.Values)-1].Haproxy = true
			continue
		case !first && tokenIs(v, "name") && p.peek(1).Kind == lex.String:
			p.next()
			p.str()
			continue
		}
		s.Values = append(s.Values, p.settingValue(t))
		if proto, _, ok := strings.Cut(s.Values[len(s.Values)-1].Str, ":"); ok && s.Name == "listen" && tokenIs(p.cur(), ".") {
			p.failAt(diag.Syntax, v.Pos, "%q is no protocol to listen with; expected udp, tcp, tls or sctp before the address", proto)
		}
		p.accept(",")
	}
	p.accept(";")
	p.cfg.Settings = append(p.cfg.Settings, s)
}

// booleans are the words for 1 and 0.
var booleans = map[string]int64{"yes": 1, "true": 1, "on": 1, "enable": 1, "no": 0, "false": 0, "off": 0, "disable": 0}

func (p *parser) settingValue(t *lex.Token) ast.SettingValue {
	v := p.cur()
	neg := p.accept("-")
	n := p.cur()
	if neg && n.Kind != lex.Int {
		p.failAt(diag.Syntax, n.Pos, "expected a number behind \"-\", found %s", describe(n))
	}
	out := ast.SettingValue{Pos: v.Pos, Str: n.Text}
	switch n.Kind {
	case lex.Int:
		p.next()
		out.Kind, out.Int = ast.SettingInt, n.Int
		if neg {
			out.Int, out.Str = -n.Int, "-"+n.Text
		}
	case lex.String:
		s := p.str()
		out.Kind, out.Str = ast.SettingString, s.Value
	case lex.Ident:
		p.next()
		out.Kind = ast.SettingIdent
		if b, ok := booleans[strings.ToLower(n.Text)]; ok {
			out.Kind, out.Int = ast.SettingBool, b
		}
	case lex.Addr:
		p.next()
		out.Kind = ast.SettingIdent
	default:
		if !tokenIs(n, "*") {
			p.failAt(diag.Syntax, p.missingAt(), "expected a value for %q, found %s", t.Text, describe(n))
		}
		p.next()
		out.Kind = ast.SettingIdent
	}
	p.joinAddress(&out)
	return out
}

// joinAddress reads on in an address whose parts are defines or a star:
// listen=PROTO:HOST:PORT, alias=*:5060.
func (p *parser) joinAddress(v *ast.SettingValue) {
	var tail strings.Builder
	defer func() {
		if tail.Len() > 0 {
			v.Kind, v.Str = ast.SettingIdent, v.Str+tail.String()
		}
	}()
	for tokenIs(p.cur(), ":") && !p.cur().First {
		n := p.peek(1)
		if n.First || n.Kind != lex.Ident && n.Kind != lex.Int && n.Kind != lex.Addr && n.Kind != lex.String && !tokenIs(n, "*") {
			return
		}
		p.next()
		p.next()
		tail.WriteString(":" + n.Text)
	}
}

// routeBlock reads "route[name] { … }".
func (p *parser) routeBlock(t *lex.Token, kind ast.BlockKind) {
	r := &ast.RouteBlock{Pos: t.Pos, Kind: kind}
	if p.accept("[") {
		r.Name, r.NamePos = p.routeName()
		if r.Name == "0" && kind != ast.EventRoute {
			r.Name = ""
		}
	}
	r.Body = p.block(t)
	r.Unclosed, p.unclosed = p.unclosed, false
	r.End = r.Body.End
	p.cfg.Routes = append(p.cfg.Routes, r)
}

// routeName reads what stands between the brackets: a word, a number, a string,
// or the words and punctuation of an event's name.
func (p *parser) routeName() (string, diag.Pos) {
	pos := p.cur().Pos
	var b strings.Builder
	for !p.is("]") {
		t := p.cur()
		if t.Kind == lex.EOF || tokenIs(t, "{") || t.First {
			p.failAt(diag.Syntax, p.missingAt(), "expected \"]\" behind the route's name, found %s", describe(t))
		}
		b.WriteString(t.Text)
		p.next()
	}
	p.next()
	if b.Len() == 0 {
		p.failAt(diag.Syntax, pos, "a route's name is expected between the brackets")
	}
	return b.String(), pos
}

// syncTop skips to a token that may begin an item: the first of its line, and
// not inside of braces.
func (p *parser) syncTop() {
	depth := 0
	for p.cur().Kind != lex.EOF {
		t := p.cur()
		if depth <= 0 && t.First && t.Kind == lex.Ident && (p.beginsItem() || p.looksLikeBlock()) {
			return
		}
		if tokenIs(t, "{") {
			depth++
		} else if tokenIs(t, "}") {
			depth--
		}
		p.next()
	}
}

// beginsItem tells whether the current token begins something that stands at the
// top level only.
func (p *parser) beginsItem() bool {
	t := p.cur()
	if t.Kind != lex.Ident {
		return false
	}
	n := p.peek(1)
	if _, ok := blockKinds[t.Text]; ok {
		return tokenIs(n, "{") || tokenIs(n, "[") && tokenIs(p.afterBracket(), "{")
	}
	switch t.Text {
	case "loadmodule", "loadmodulex", "loadpath", "mpath":
		return n.Kind == lex.String || tokenIs(n, "=") || tokenIs(n, "(")
	case "modparam", "modparamx":
		return tokenIs(n, "(")
	}
	return tokenIs(n, "=")
}

// looksLikeBlock tells whether a word stands here as a routing block's keyword
// does, which may be misspelt.
func (p *parser) looksLikeBlock() bool {
	return !statementWords[p.cur().Text] && tokenIs(p.peek(1), "[") && tokenIs(p.afterBracket(), "{")
}

// afterBracket is the token behind the "]" that ends a route's name, on the same
// line or the next.
func (p *parser) afterBracket() *lex.Token {
	for n := 2; n < 32; n++ {
		if t := p.peek(n); tokenIs(t, "]") {
			return p.peek(n + 1)
		}
	}
	return &lex.Token{}
}
