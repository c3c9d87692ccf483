package scripts

import (
	"os"
	"path/filepath"
	"testing"

	"sipedge/script/ast"
	"sipedge/script/compile"
	"sipedge/script/diag"
)

// longest is the size in bytes up to which the targets take a text: large enough
// for what grows with the square of it to pass the bounds.
const longest = 32 << 10

// seed adds the scripts of the tree and small hostile ones.
func seed(f *testing.F, add func(text string)) {
	for _, pattern := range []string{"../../script/check/testdata/*.cfg", "../../benchmarks/configs/*.cfg", "../../cmd/sipedge/*.cfg"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no scripts at %s: %v", pattern, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			add(string(text))
		}
	}
	for _, h := range hostile {
		add(h.make(300))
	}
}

func FuzzLexer(f *testing.F) {
	seed(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > longest {
			return
		}
		bounded(t, func() int {
			front := newFront(t, nil)
			placed(t, front.lex(text))
			return len(text)
		})
	})
}

// FuzzPreprocessor reads a script with two files that it may include, each of
// which may include all three.
func FuzzPreprocessor(f *testing.F) {
	f.Add("#!define A 1\n#!ifdef A\ninclude_file \"a.cfg\"\n#!else\nroute {}\n#!endif\n", "#!subst \"/x/y/g\"\nimport_file \"b.cfg\"\n", "route { xlog(\"xA\"); }")
	f.Add("#!ifexp A == 1 && (\"b\" + 2 != 'c')\n#!include_file \"a.cfg\"\n#!endif", "#!trydef A 1\n#!redefine A \\\n 2\n#!substdef \"!B!c!g\"\nB", "#!defenv HOME\n#!defexps C 1+2*3\nC")
	f.Add("include_file \"a.cfg\"", "include_file \"b.cfg\"", "include_file \"a.cfg\"")
	f.Add("#!define A B B\n#!define B C C\n#!define C A\nA", "#!ifndef A", "#!endif")
	f.Add("#!define X $(ru{nix})\nroute { $var(a) = X; xlog(\"X\"); }", "!!define A \"b.cfg\"\n#!include_file A", "\xef\xbb\xbf#!KAMAILIO\n")
	seed(f, func(text string) { f.Add(text, text, "") })
	f.Fuzz(func(t *testing.T, text, a, b string) {
		if len(text)+len(a)+len(b) > longest {
			return
		}
		bounded(t, func() int {
			front := newFront(t, map[string]string{"main.cfg": text, "a.cfg": a, "b.cfg": b})
			placed(t, front.lex(text))
			return len(text) + front.read
		})
		bounded(t, func() int {
			front := newFront(t, map[string]string{"main.cfg": text, "a.cfg": a, "b.cfg": b})
			_, diags := front.compile(text)
			placed(t, diags)
			return len(text) + front.read
		})
	})
}

func FuzzParser(f *testing.F) {
	seed(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > longest {
			return
		}
		bounded(t, func() int {
			_, diags := newFront(t, nil).parse(text)
			placed(t, diags)
			return len(text)
		})
	})
}

func FuzzChecker(f *testing.F) {
	seed(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > longest {
			return
		}
		bounded(t, func() int {
			placed(t, newFront(t, nil).check(text))
			return len(text)
		})
	})
}

// FuzzCompile reads a script with the rows of the whole server.
func FuzzCompile(f *testing.F) {
	seed(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > longest {
			return
		}
		bounded(t, func() int {
			_, diags := newFront(t, nil).compile(text)
			placed(t, diags)
			return len(text)
		})
	})
}

// FuzzVariable takes a text as a format, a pseudo-variable and a select.
func FuzzVariable(f *testing.F) {
	for _, text := range []string{
		"$ru", "avp(x)[1]{s.sub,1,$var(a)}", "$(hdr(Via)[-1]{param.value,branch})", "via[1].branch", "$$ $(avp(i:5)[*]) $xavp(a[1]=>b)",
		"ru{re.subst,/a(.*)b/\\1/g}", "hf_value.route[0].params", "$_s(a$rU)", "$sel(cfg_get.a.b)", "ru{s.select,$(ru{s.len}),,}", "$fu.", "$avp($f.x)",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > longest {
			return
		}
		files := diag.NewSet()
		pos := files.Add("main.cfg", []byte("$"+text)).Pos(0)
		assign := func(x ast.Expr) ast.Stmt {
			return &ast.Assign{Pos: pos, Target: &ast.PV{Pos: pos, Spec: "var(x)"}, Value: x}
		}
		body := &ast.Block{Stmts: []ast.Stmt{
			assign(&ast.PV{Pos: pos, Spec: text}), assign(&ast.Select{Pos: pos, Path: text}),
			&ast.ExprStmt{Pos: pos, X: &ast.Call{Pos: pos, Name: "xlog", Args: []ast.Expr{&ast.StringLit{Pos: pos, Value: text, Exact: true}}}},
		}}
		cfg := &ast.Config{Files: files, Modules: []*ast.LoadModule{{Path: "xlog"}}, Routes: []*ast.RouteBlock{{Pos: pos, Body: body}}}
		bounded(t, func() int {
			front := newFront(t, nil)
			diags := diag.NewList(files)
			table, configs := front.apply(cfg, diags)
			compile.Compile(cfg, table, configs, nil, diags)
			for _, d := range diags.Items {
				if d.Pos != 0 && badPlace(files, d.Pos) != "" {
					t.Fatalf("%s: %s", d.Message, badPlace(files, d.Pos))
				}
			}
			return len(text)
		})
	})
}
