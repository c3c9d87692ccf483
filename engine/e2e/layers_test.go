package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// TestLayers holds that packages import strictly downward.
func TestLayers(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "sipedge/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	// The first rule whose package matches holds: what it may import of ours, and
	// which libraries only it may import.
	rules := []struct {
		pkg string
		may []string // prefixes; nil: nothing of ours
	}{
		{"sipparse", []string{"sipparse/internal"}},
		{"pool", nil},
		{"script/value", nil},
		{"script/diag", nil},
		{"reactor", []string{"pool", "reactor"}},
		{"script", []string{"script", "sipparse", "pool"}},
		{"engine/log", nil},
		{"engine/tlsconf", nil},
		{"engine/ws", []string{"pool"}},
		{"engine/params", []string{"script/rt", "script/registry", "script/value"}},
		{"engine/core/coretest", []string{"engine/core", "engine/dns", "engine/mod", "engine/log", "engine/params", "script", "sipparse", "pool", "reactor"}},
		{"engine/core", []string{"engine/core", "engine/log", "engine/params", "engine/transport", "engine/tlsconf", "engine/dns", "engine/store", "engine/blacklist", "engine/ws", "script", "sipparse", "pool", "reactor"}},
		{"engine/corefuncs", []string{"engine/core", "engine/corefuncs", "engine/log", "engine/params", "script", "sipparse", "pool", "reactor"}},
		{"engine/mod", []string{"engine", "script", "sipparse", "pool", "reactor"}},
		{"engine", []string{"engine", "script", "sipparse", "pool", "reactor"}},
		{"cmd", []string{"engine", "script", "sipparse", "pool", "reactor"}},
		{"benchmarks", []string{"benchmarks", "sipparse", "engine", "reactor", "script", "pool"}},
		{"fuzz", []string{"sipparse", "script", "engine", "reactor"}},
	}
	libraries := map[string]string{
		"github.com/panjf2000/gnet": "reactor",
		"golang.org/x/sys":          "reactor",
		"github.com/miekg/dns":      "engine/dns",
		"database/sql":              "engine/store",
		"github.com/emiago/sipgo":   "benchmarks",
		"github.com/gobwas/ws":      "benchmarks",
	}
	under := func(pkg, prefix string) bool { return pkg == prefix || strings.HasPrefix(pkg, prefix+"/") }
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], "sipedge/")
		found := false
		for _, r := range rules {
			if !under(pkg, r.pkg) {
				continue
			}
			found = true
			for _, imp := range fields[1:] {
				ours, ok := strings.CutPrefix(imp, "sipedge/")
				if !ok {
					for lib, owner := range libraries {
						// The guest is the init of a machine that has nothing else.
						if under(imp, lib) && !under(pkg, owner) && pkg != "cmd/sipedge" && pkg != "benchmarks/sctpvm/guest" {
							t.Errorf("%s imports %s, which belongs to %s", pkg, imp, owner)
						}
					}
					continue
				}
				allowed := false
				for _, m := range r.may {
					allowed = allowed || under(ours, m)
				}
				if !allowed {
					t.Errorf("%s must not import %s", pkg, ours)
				}
			}
			break
		}
		if !found {
			t.Errorf("%s stands in no layer", pkg)
		}
	}
	// engine/core never imports a module.
	for _, line := range strings.Split(string(out), "\n") {
		if f := strings.Fields(line); len(f) > 0 && f[0] == "sipedge/engine/core" {
			for _, imp := range f[1:] {
				if strings.HasPrefix(imp, "sipedge/engine/mod") {
					t.Errorf("engine/core imports %s", imp)
				}
			}
		}
	}
}
