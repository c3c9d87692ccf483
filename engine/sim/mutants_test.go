package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sipedge/engine/mod/tm"
)

// asking are the functions of tm that change nothing: a mistake in one of them
// cannot break a transaction.
var asking = []string{
	"t_check_status", "t_grep_status", "t_any_timeout", "t_any_replied", "t_branch_timeout", "t_branch_replied", "t_is_canceled",
	"t_is_expired", "t_is_failure_route", "t_is_branch_route", "t_is_request_route", "t_is_reply_route", "t_is_set",
	"t_local_replied", "t_lookup_cancel", "t_get_status_code",
}

// idle are the functions of tm that do nothing, and why.
var idle = map[string]string{
	"t_use_uac_headers": "CANCEL and ACK are made from the request as it was sent, always",
	"t_clean":           "every transaction has a timer that ends it",
}

// The lists above name functions that there are, and an idle one says so.
func TestListsOfFunctionsAreTrue(t *testing.T) {
	docs := map[string]string{}
	for _, f := range tm.Module().Functions {
		docs[f.Name] = f.Doc
	}
	for _, name := range asking {
		if docs[name] == "" {
			t.Errorf("tm has no function %s", name)
		}
	}
	for name := range idle {
		if !strings.Contains(docs[name], "Nothing") {
			t.Errorf("%s() does nothing, but its documentation does not say so: %q", name, docs[name])
		}
	}
}

// mutantSeeds is how many seeds the simulation may take to notice a mutant.
const mutantSeeds = 60

// TestMutantsAreNoticed: every mistake of a list, and every function of tm that
// does nothing, is noticed by the simulation or by tm's own tests.
func TestMutantsAreNoticed(t *testing.T) {
	if raceEnabled {
		t.Skip("builds the tests of tm again; that is done without the race detector")
	}
	tmTest, simTest := buildMutants(t)
	if out, failed := runMutant(t, tmTest, ""); failed {
		t.Fatalf("without a mistake tm's tests fail:\n%s", out)
	}
	if out, failed := runMutant(t, simTest, ""); failed {
		t.Fatalf("without a mistake the simulation fails:\n%s", out)
	}
	noticed := 0
	for _, m := range mutants {
		bySim := false
		if m.sim {
			_, bySim = runMutant(t, simTest, m.name)
			if !bySim {
				t.Errorf("%s: the simulation does not notice that %s", m.name, m.what)
			}
		}
		_, byTests := runMutant(t, tmTest, m.name)
		if bySim || byTests {
			noticed++
		} else {
			t.Errorf("%s: nothing notices that %s", m.name, m.what)
		}
	}
	functions := 0
	for _, f := range tm.Module().Functions {
		if slices.Contains(asking, f.Name) || idle[f.Name] != "" {
			continue
		}
		functions++
		_, failed := runMutant(t, tmTest, "idle:"+f.Name)
		if !failed {
			if _, failed = runMutant(t, simTest, "idle:"+f.Name); !failed {
				t.Errorf("nothing notices that %s() does nothing", f.Name)
				continue
			}
		}
		noticed++
	}
	fmt.Printf("PROOF mutants: %d mistakes and %d idle functions, %d noticed\n", len(mutants), functions, noticed)
}

// buildMutants compiles the tests of tm and of this package with the mutants.
func buildMutants(t *testing.T) (tmTest, simTest string) {
	t.Helper()
	const dir = "../mod/tm"
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = string(text)
	}
	if err := mutate(files); err != nil {
		t.Fatal(err)
	}
	tmp := t.TempDir()
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	for name, text := range files {
		at, err := filepath.Abs(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		overlay.Replace[at] = filepath.Join(tmp, name)
		if err := os.WriteFile(overlay.Replace[at], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	overlayFile := filepath.Join(tmp, "overlay.json")
	if err := os.WriteFile(overlayFile, list, 0o600); err != nil {
		t.Fatal(err)
	}
	build := func(name, pkg string) string {
		to := filepath.Join(tmp, name)
		if out, err := exec.Command("go", "test", "-c", "-overlay", overlayFile, "-o", to, pkg).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", pkg, err, out)
		}
		return to
	}
	return build("tm.test", "sipedge/engine/mod/tm"), build("sim.test", "sipedge/engine/sim")
}

// runMutant runs a test program with a mutant; failed: it has noticed. A mutant
// may make it run without end, which counts as noticed.
func runMutant(t *testing.T, program, mutant string) (output string, failed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := "."
	if filepath.Base(program) == "sim.test" {
		run = "^TestCallsUnderLoss$"
	}
	cmd := exec.CommandContext(ctx, program, "-test.short", "-test.failfast", "-test.run", run)
	cmd.Dir = "../mod/tm" // for its testdata; the simulation needs none
	cmd.Env = append(os.Environ(), "SIPEDGE_MUTANT="+mutant, fmt.Sprintf("%s=%d", seedsEnv, mutantSeeds))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err != nil
}
