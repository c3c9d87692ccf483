package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	untidy = "route{\nif(method==\"OPTIONS\"){exit;} # stay\n}\n"
	tidy   = "route {\n\tif (method == \"OPTIONS\") {\n\t\texit;\n\t} # stay\n}\n"
)

func TestFmtOfStandardInput(t *testing.T) {
	for _, args := range [][]string{{"fmt"}, {"fmt", "-"}} {
		if status, out, errs := outcome(t, untidy, args...); status != 0 || out != tidy || errs != "" {
			t.Errorf("%q: status %d, %q, %q", args, status, out, errs)
		}
	}
}

func TestFmtListsAndShowsWhatWouldChange(t *testing.T) {
	bad, good := script(t, untidy), script(t, tidy)
	status, out, _ := outcome(t, "", "fmt", "-l", bad, good)
	if status != 0 || out != bad+"\n" {
		t.Errorf("-l: status %d, %q", status, out)
	}
	status, out, _ = outcome(t, "", "fmt", "-d", bad, good)
	if status != 0 || !strings.Contains(out, "-route{\n") || !strings.Contains(out, "+route {\n") || strings.Contains(out, good) {
		t.Errorf("-d: status %d, %q", status, out)
	}
	if text, _ := os.ReadFile(bad); string(text) != untidy {
		t.Error("the file was written")
	}
}

func TestFmtWritesInPlace(t *testing.T) {
	path := script(t, untidy)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.cfg")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := outcome(t, "", "fmt", "-w", link); status != 0 || out+errs != "" {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	text, _ := os.ReadFile(path)
	st, err := os.Lstat(link)
	if err != nil {
		t.Fatal(err)
	}
	was, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != tidy || st.Mode()&os.ModeSymlink == 0 || was.Mode().Perm() != 0o640 {
		t.Errorf("%q, link %v, mode %v", text, st.Mode(), was.Mode())
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%d files are there", len(left))
	}
}

// One bad file does not keep the others from being formatted.
func TestFmtDoesNotTouchAFileWithSyntaxErrors(t *testing.T) {
	broken := "route{\n\txlog(\"a\"\n}\n"
	bad, other := script(t, broken), script(t, untidy)
	status, out, errs := outcome(t, "", "fmt", "-w", bad, other)
	if status != 255 || out != "" || !strings.Contains(errs, bad+":2:") || !strings.Contains(errs, bad+" is not formatted (1 error)") {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	if text, _ := os.ReadFile(bad); string(text) != broken {
		t.Errorf("it was written: %q", text)
	}
	if text, _ := os.ReadFile(other); string(text) != tidy {
		t.Errorf("the other one: %q", text)
	}
}

func TestFmtNamesWhatItCannotDo(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"fmt", "-w"}, "standard input cannot be written"},
		{[]string{"fmt", "-Z"}, "unknown option -Z"},
		{[]string{"fmt", filepath.Join(t.TempDir(), "none.cfg")}, "no such file"},
	} {
		if status, out, errs := outcome(t, tidy, c.args...); status != 255 || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%q: status %d, %q, %q", c.args, status, out, errs)
		}
	}
}

func TestFmtHelp(t *testing.T) {
	if status, out, _ := outcome(t, "", "fmt", "-h"); status != 0 || !strings.HasPrefix(out, "Usage: sipedge fmt") {
		t.Errorf("status %d, %q", status, out)
	}
}
