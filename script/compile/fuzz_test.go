package compile_test

import (
	"os"
	"path/filepath"
	"testing"

	"sipedge/script/compile"
	"sipedge/script/rt"
)

// Whatever the text is: no panic, a program exactly when there is no error, and
// a program runs to an end.
func FuzzAnyTextIsCheckedCompiledAndRun(f *testing.F) {
	files, _ := filepath.Glob("../check/testdata/*.cfg")
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			f.Add(string(text))
		}
	}
	f.Add(thirty)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		w := &world{env: &testEnv{limit: 3}, suspend: func(n int) bool { return n%2 == 0 }}
		cfg, diags := parseText(text)
		if cfg == nil {
			return
		}
		p := compile.Compile(cfg, table(t, w), nil, nil, diags)
		if (p == nil) != diags.HasErrors() {
			t.Fatalf("a program: %v, errors: %v", p != nil, diags.HasErrors())
		}
		if p == nil {
			return
		}
		c := &rt.Ctx{}
		for _, op := range p.Routes {
			w.run(t, c, p, op)
		}
	})
}
