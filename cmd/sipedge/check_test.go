package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const goodScript = `#!KAMAILIO
listen=udp:127.0.0.1:15070
listen=udp:127.0.0.1:15072 advertise 1.2.3.4:5080
alias=foo.example:15070
auto_aliases=no
loadmodule "sl.so"
request_route {
	sl_send_reply("200", "OK");
}
`

// What kamailio -c prints: the verdict on standard error, the addresses on
// standard output.
func TestCheckOfAGoodScriptPrintsWhatKamailioPrints(t *testing.T) {
	status, out, errs := outcome(t, "", "-c", "-f", script(t, goodScript))
	if status != 0 || errs != "config file ok, exiting...\n" {
		t.Errorf("status %d, standard error %q", status, errs)
	}
	want := `Listening on 
             udp: 127.0.0.1:15070
             udp: 127.0.0.1:15072 advertise 1.2.3.4:5080
Aliases: 
             *: foo.example:15070

`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

func TestCheckOfABadScriptNamesEveryErrorAndFails(t *testing.T) {
	path := script(t, "children=none\nrequest_route {\n\tfoo();\n\txlog(\"$nosuch\");\n}\n")
	status, out, errs := outcome(t, "", "-c", "-f", path)
	if status != 255 || out != "" {
		t.Errorf("status %d, standard output %q", status, out)
	}
	for _, want := range []string{path + ":1:", path + ":3:", `"foo"`, "bad config file"} {
		if !strings.Contains(errs, want) {
			t.Errorf("%q is missing in\n%s", want, errs)
		}
	}
}

func TestCheckReadsStandardInput(t *testing.T) {
	if status, _, errs := outcome(t, goodScript, "-c", "-f", "-"); status != 0 {
		t.Errorf("status %d: %s", status, errs)
	}
}

func TestCheckOfTheBuiltInScript(t *testing.T) {
	status, out, errs := outcome(t, "", "-c")
	if status != 0 || !strings.Contains(out, "udp: 127.0.0.1:5060") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	if _, out, _ = outcome(t, "", "-c", "-l", "udp:127.0.0.1:5099"); !strings.Contains(out, ":5099") || strings.Contains(out, "1:5060") {
		t.Errorf("-l does not replace the built-in address: %s", out)
	}
}

func TestPreludeKeepsPositionsInTheScript(t *testing.T) {
	path := script(t, "request_route {\n\tsl_send_reply(\"200\", \"OK\");\n}\n")
	if status, _, errs := outcome(t, "", "-c", "-l", "127.0.0.1", "-f", path, "--loadmodule=sl"); status != 0 {
		t.Errorf("status %d: %s", status, errs)
	}
	path = script(t, "request_route {\n\tnosuch();\n}\n")
	_, _, errs := outcome(t, "", "-c", "-l", "127.0.0.1", "-f", path, "--loadmodule=sl")
	if !strings.Contains(errs, path+":2:") {
		t.Errorf("the error's place is lost: %s", errs)
	}
}

// One clear line that says what to do, and exit status 255 (Kamailio's -1).
func TestWhatCannotBeStartedFailsWithOneLine(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"unknown flag":      {[]string{"-Z"}, []string{"unknown option -Z", "-h"}},
		"unknown long flag": {[]string{"--garbage"}, []string{"unknown option --garbage", "-h"}},
		"no such script":    {[]string{"-f", filepath.Join(dir, "none.cfg")}, []string{"none.cfg", "no such file", "-f"}},
		"a directory":       {[]string{"-f", dir}, []string{dir, "directory"}},
		"no such script -c": {[]string{"-c", "-f", filepath.Join(dir, "none.cfg")}, []string{"none.cfg", "no such file"}},
		"bad number":        {[]string{"-n", "x"}, []string{"option -n", "number"}},
		"bad host":          {[]string{"-c", "-l", "udp:127.0.0.1:99999"}, []string{"option -l", "port"}},
	} {
		status, out, errs := outcome(t, "", c.args...)
		if status != 255 || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: status %d, standard output %q, standard error %q", name, status, out, errs)
		}
		for _, w := range c.want {
			if !strings.Contains(errs, w) {
				t.Errorf("%s: %q is missing in %q", name, w, errs)
			}
		}
	}
}

func TestUnreadableScriptIsNamed(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root can read every file")
	}
	path := script(t, goodScript)
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	status, _, errs := outcome(t, "", "-f", path)
	if status != 255 || !strings.Contains(errs, "permission denied") || !strings.Contains(errs, path) {
		t.Errorf("status %d: %s", status, errs)
	}
}

func TestVersionAndHelp(t *testing.T) {
	for _, arg := range []string{"-v", "-V", "--version", "-I"} {
		if status, out, _ := outcome(t, "", arg); status != 0 || !strings.HasPrefix(out, "version: sipedge ") {
			t.Errorf("%s: status %d, %q", arg, status, out)
		}
	}
	for _, arg := range []string{"-h", "--help"} {
		if status, out, _ := outcome(t, "", arg); status != 0 || !strings.Contains(out, "Usage: sipedge [options]") {
			t.Errorf("%s: status %d, %q", arg, status, out)
		}
	}
}

func TestCfgPrintShowsWhatTheParserSees(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "inner.cfg"), []byte("debug=LEVEL # a comment\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "outer.cfg")
	text := "#!define LEVEL 2\n#!ifdef NEVER\nchildren=9\n#!endif\ninclude_file \"" + dir + "/inner.cfg\"\nrequest_route {\n\tif ($(rU{s.len}) == 3 && $si != \"a\\tb\") {\n\t\tdrop;\n\t}\n}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errs := outcome(t, "", "--cfg-print", "-f", path)
	if status != 0 || errs != "" {
		t.Fatalf("status %d: %s", status, errs)
	}
	for _, want := range []string{"debug=2\n", "request_route {\n", "\n\tif ($(rU{s.len}) == 3 && $si != ", "\n\t\tdrop;\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	for _, not := range []string{"children", "LEVEL", "comment"} {
		if strings.Contains(out, not) {
			t.Errorf("%q is left in\n%s", not, out)
		}
	}
	if status, _, errs := outcome(t, out, "-c", "-l", "127.0.0.1", "-f", "-"); status != 0 {
		t.Errorf("what was printed does not compile: %s", errs)
	}
}

// A listen address that leads nowhere is an error at its line, for -c and for the start;
// the names here are such as nobody is asked for.
func TestListenNamesThatLeadNowhereAreNamedWithTheirLines(t *testing.T) {
	path := script(t, "auto_aliases=no\nlisten=udp:127.0.0.1:15079\nlisten=udp:nobody..test:5060\nlisten=tcp:also..test:5061\nroute { exit; }\n")
	for _, args := range [][]string{{"-c", "-f", path}, {"-DD", "-E", "-f", path}} {
		status, _, errs := outcome(t, "", args...)
		if status != 255 {
			t.Errorf("%v: status %d", args, status)
		}
		for _, want := range []string{path + ":3:8: ", path + ":4:8: ", `"nobody..test"`, `"also..test"`} {
			if !strings.Contains(errs, want) {
				t.Errorf("%v: %q is missing in\n%s", args, want, errs)
			}
		}
	}
}
