package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sipedge/engine/params"
)

// cmdline parses a command line and applies it to a fresh configuration.
func cmdline(t *testing.T, args ...string) (*options, *params.Core) {
	t.Helper()
	o, err := parseOptions(append([]string{"sipedge"}, args...))
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	c := params.New()
	o.override(c)
	return o, c
}

func TestShortOptionsCombineAsWithGetopt(t *testing.T) {
	o, c := cmdline(t, "-DDEf", "/etc/x.cfg", "-ddd", "-n2")
	if o.daemonize != 2 || !o.stderr || o.config != "/etc/x.cfg" || c.Debug != 3 || c.Children != 2 || c.Fork || !c.LogStderror {
		t.Errorf("%+v, debug %d, children %d", o, c.Debug, c.Children)
	}
}

// A server may change its directory before it reads the script again; a check
// names files as its user does.
func TestScriptsPathIsAbsoluteWhereItIsServed(t *testing.T) {
	for args, absolute := range map[string]bool{"-f options_test.go": true, "-c -f options_test.go": false, "--cfg-print -f options_test.go": false} {
		o, _ := cmdline(t, strings.Fields(args)...)
		src, err := o.source(nil)
		if err != nil || filepath.IsAbs(src.path) != absolute {
			t.Errorf("%s: %q, %v", args, src.path, err)
		}
	}
}

// Kamailio 3.1 and 5.6 have different ones; all are in service files.
func TestEverySpellingOfTheForeground(t *testing.T) {
	for args, foreground := range map[string]bool{
		"": false, "-D": true, "-DD": true, "-DDD": false, "-D 1": true, "-D 2": true, "-D 3": false, "-F": true, "-D 1 -n 3": true,
	} {
		_, c := cmdline(t, strings.Fields(args)...)
		if c.Fork == foreground {
			t.Errorf("%q: fork %v", args, c.Fork)
		}
	}
}

func TestOptionsWinOverTheScript(t *testing.T) {
	o, err := parseOptions(strings.Fields("sipedge -l udp:127.0.0.1:5080/1.2.3.4:5060 -l lo --alias=a.b:5080 -T -K -r -R -S -u nobody -g daemon -w /tmp -t /var -W epoll_et -a no -b 65536 --server-id 7 --debug=-1 -Y /run"))
	if err != nil {
		t.Fatal(err)
	}
	c := params.New()
	c.Listen, c.Alias, c.User, c.AutoAliases = []string{"udp:10.0.0.1"}, []string{"x.y"}, "root", true
	o.override(c)
	if want := []string{"udp:10.0.0.1", "udp:127.0.0.1:5080/1.2.3.4:5060", "lo"}; !slices.Equal(c.Listen, want) {
		t.Errorf("listen %q", c.Listen)
	}
	if !slices.Equal(c.Alias, []string{"x.y", "a.b:5080"}) || !c.DisableTCP || !c.CheckVia || !c.DNSVia || !c.RevDNSVia || !c.DisableSCTP ||
		c.User != "nobody" || c.Group != "daemon" || c.Workdir != "/tmp" || c.Chroot != "/var" || c.TCPPollMethod != "epoll_et" ||
		c.AutoAliases || c.MaxBuffer != 65536 || c.ServerID != 7 || c.Debug != -1 || c.RunDir != "/run" {
		t.Errorf("%+v", c)
	}
}

func TestOptionsWithoutEquivalentAreNotedOnce(t *testing.T) {
	o, _ := cmdline(t, strings.Fields("-m 64 -M 8 -N 4 -O 7 -Q 2 -x tlsf -X tlsf -L /lib --log-engine=json --atexit no")...)
	if len(o.notes) != 10 {
		t.Errorf("%d notes: %q", len(o.notes), o.notes)
	}
}

func TestPreludeFromTheCommandLine(t *testing.T) {
	o, _ := cmdline(t, "--loadmodule=sl.so", "--modparam", `rr:append_fromtag:i:1`, "--modparam=x:y:s:a \"b\"", "--subst=/A/B/", "--substdef=!X!1!g", "-A", "WITH_AUTH", "-A", "DEFVAL=\"s\"")
	want := []string{`loadmodule "sl.so"`, `modparam("rr", "append_fromtag", 1)`, `modparam("x", "y", "a \"b\"")`, `#!subst "/A/B/"`, `#!substdef "!X!1!g"`}
	if !slices.Equal(o.prelude, want) {
		t.Errorf("got %q", o.prelude)
	}
	if !slices.Equal(o.defines, []string{"WITH_AUTH", `DEFVAL="s"`}) {
		t.Errorf("got %q", o.defines)
	}
}

func TestWrongOptionsAreNamedInOneLine(t *testing.T) {
	for args, want := range map[string]string{
		"-Z":                     "unknown option -Z",
		"--foo":                  "unknown option --foo",
		"-DDEf":                  "option -f needs an argument",
		"-n x":                   `option -n: takes a number, not "x"`,
		"-n 0":                   "option -n: takes a number from 1",
		"-m lots":                "option -m: takes a number",
		"extra":                  `unexpected argument "extra"`,
		"-c extra":               `unexpected argument "extra"`,
		"-D 7":                   `unexpected argument "7"`,
		"-l udp:127.0.0.1:70000": "option -l: ",
		"-a maybe":               "option -a: takes yes or no",
		"-A =x":                  "option -A: takes NAME",
		"--modparam=a:b:c:d":     "option --modparam: takes module:parameter",
		"--modparam=a:b:i:many":  `option --modparam: "many" is no number`,
		"-W magic":               "option -W: takes one of",
	} {
		_, err := parseOptions(append([]string{"sipedge"}, strings.Fields(args)...))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want an error with %q", args, err, want)
		}
	}
}

func TestHelpNamesEveryOption(t *testing.T) {
	var b strings.Builder
	usage(&b)
	for _, row := range optionTable() {
		if row.short != 0 && !strings.Contains(b.String(), "-"+string(row.short)) || !strings.Contains(b.String(), row.help) {
			t.Errorf("-%c, --%s is missing", row.short, row.long)
		}
	}
}
