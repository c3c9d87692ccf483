package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"sipedge/engine/params"
)

// optionTable is every option, in the order of the help: Kamailio 5.6's, and
// those of 3.1 that are still in service files.
func optionTable() []option {
	return []option{
		{'a', "", "mode", "Auto aliases: yes or on, no or off", param("auto_aliases")},
		{0, "alias", "name", "Add an alias, [proto:]host[:port]", param("alias")},
		{'A', "", "define", "Define a preprocessor name: NAME or NAME=value", addDefine},
		{0, "atexit", "mode", "Accepted, without effect", noEffect("--atexit: there are no external libraries whose exit handlers could be left out", nil)},
		{'b', "", "bytes", "Upper bound of the UDP receive buffer", param("maxbuffer")},
		{'c', "", "", "Check the script and its parameters, then exit", func(o *options, _ string) error { o.check = true; return nil }},
		{0, "cfg-print", "", "Print the script with includes, defines and conditions worked in", func(o *options, _ string) error { o.print = true; return nil }},
		{'d', "", "", "Log more; several -d log more still", moreDebug()},
		{0, "debug", "level", "Log level, -6 to 3", param("debug")},
		{'D', "", "", "Stay in the foreground; -DDD goes to the background", func(o *options, _ string) error { o.daemonize++; return nil }},
		{'e', "", "", "Colours in the log on standard error", func(o *options, _ string) error { o.colours = true; return nil }},
		{'E', "", "", "Log to standard error and stay in the foreground", func(o *options, _ string) error { o.stderr = true; return nil }},
		{'f', "", "file", "Script to run; - reads standard input; default: a built-in script", func(o *options, v string) error { o.config = v; return nil }},
		{'F', "", "", "Stay in the foreground (3.1)", func(o *options, _ string) error { o.noFork = true; return nil }},
		{'g', "", "group", "Group, name or number, to run as", param("group")},
		{'G', "", "file", "File to write the process group's number to", func(o *options, v string) error { o.pgFile = v; return nil }},
		{'h', "help", "", "Print this text", func(o *options, _ string) error { o.help = true; return nil }},
		{'I', "", "", "Print the version with details", func(o *options, _ string) error { o.version, o.details = true, true; return nil }},
		{0, "json", "", "With -c: print errors and warnings as one JSON document", func(o *options, _ string) error { o.json = true; return nil }},
		{'K', "", "", "Check the Via of replies", fixed("check_via", "yes")},
		{'l', "listen", "address", "Listen on [proto:]host[:port][/advertised] as well; several are allowed", param("listen")},
		{0, "loadmodule", "name", "Load a module before the script's own", addModule},
		{0, "log-engine", "name", "Accepted, without effect", noEffect("--log-engine: lines go to syslog or standard error", nil)},
		{'L', "", "path", "Accepted, without effect", noEffect("-L: modules are part of the program", nil)},
		{'m', "", "MB", "Accepted, without effect", noEffect("-m: there is no shared memory, the Go runtime manages one heap", isNumber)},
		{'M', "", "MB", "Accepted, without effect", noEffect("-M: there is no private memory, the Go runtime manages one heap", isNumber)},
		{0, "modparam", "m:p:t:value", "Set a module's parameter; t is s for text, i for a number", addModParam},
		{'n', "", "loops", "Number of event loops, at most one per CPU", param("children")},
		{'N', "", "number", "Accepted, without effect", noEffect("-N: every event loop serves every transport", isNumber)},
		{'O', "", "level", "Accepted, without effect", noEffect("-O: scripts are always compiled with all optimisations", isNumber)},
		{'P', "", "file", "File to write the process's number to", func(o *options, v string) error { o.pidFile = v; return nil }},
		{'Q', "", "number", "Accepted, without effect", noEffect("-Q: every event loop serves every transport", isNumber)},
		{'r', "", "", "Use DNS for the received parameter (dns)", fixed("dns", "yes")},
		{'R', "", "", "Use reverse DNS for the received parameter (rev_dns)", fixed("rev_dns", "yes")},
		{0, "server-id", "number", "Number of this instance (server_id)", param("server_id")},
		{0, "subst", "/re/text/", "As #!subst before the script", addDirective("#!subst")},
		{0, "substdef", "/re/text/", "As #!substdef before the script", addDirective("#!substdef")},
		{0, "substdefs", "/re/text/", "As #!substdefs before the script", addDirective("#!substdefs")},
		{'S', "", "", "Disable SCTP", fixed("disable_sctp", "yes")},
		{'t', "", "dir", "Directory that becomes the root (chroot)", param("chroot")},
		{'T', "", "", "Disable TCP", fixed("disable_tcp", "yes")},
		{'u', "", "user", "User, name or number, to run as", param("user")},
		{'v', "version", "", "Print the version", func(o *options, _ string) error { o.version = true; return nil }},
		{'V', "", "", "Print the version", func(o *options, _ string) error { o.version = true; return nil }},
		{'w', "", "dir", "Working directory", param("workdir")},
		{'W', "", "method", "How to wait for events: poll, epoll_lt, epoll_et, select, …", param("tcp_poll_method")},
		{'x', "", "name", "Accepted, without effect", noEffect("-x: the Go runtime manages memory", nil)},
		{'X', "", "name", "Accepted, without effect", noEffect("-X: the Go runtime manages memory", nil)},
		{'Y', "", "dir", "Directory of run-time files", param("rundir")},
	}
}

// moreDebug counts: n times -d is debug=n, whatever the script says.
func moreDebug() func(*options, string) error {
	n := int64(0)
	return func(o *options, _ string) error {
		n++
		level := n
		o.overrides = append(o.overrides, func(c *params.Core) { c.Debug = level })
		return nil
	}
}

func addDefine(o *options, v string) error {
	if name, _, _ := strings.Cut(v, "="); name == "" {
		return fmt.Errorf("takes NAME or NAME=value, not %q", v)
	}
	o.defines = append(o.defines, v)
	return nil
}

func addModule(o *options, v string) error {
	o.prelude = append(o.prelude, "loadmodule "+quote(v))
	return nil
}

// addModParam turns m:p:t:value into a modparam line.
func addModParam(o *options, v string) error {
	f := strings.SplitN(v, ":", 4)
	if len(f) != 4 || f[0] == "" || f[1] == "" || f[2] != "s" && f[2] != "i" {
		return fmt.Errorf("takes module:parameter:s:text or module:parameter:i:number, not %q", v)
	}
	value := quote(f[3])
	if f[2] == "i" {
		if _, err := strconv.ParseInt(f[3], 0, 64); err != nil {
			return fmt.Errorf("%q is no number", f[3])
		}
		value = f[3]
	}
	o.prelude = append(o.prelude, fmt.Sprintf("modparam(%s, %s, %s)", quote(f[0]), quote(f[1]), value))
	return nil
}

func addDirective(name string) func(*options, string) error {
	return func(o *options, v string) error {
		if strings.ContainsAny(v, "\r\n") {
			return fmt.Errorf("takes one line")
		}
		o.prelude = append(o.prelude, name+` "`+v+`"`)
		return nil
	}
}

// quote writes a script's string.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

// usage is -h.
func usage(w io.Writer) {
	printVersion(w, false)
	fmt.Fprint(w, "Usage: sipedge [options]\nOptions:\n")
	for _, row := range optionTable() {
		name := ""
		if row.short != 0 {
			name = "-" + string(row.short)
		}
		if row.long != "" {
			if name != "" {
				name += ", "
			}
			name += "--" + row.long
		}
		if row.param != "" {
			name += " " + row.param
		}
		fmt.Fprintf(w, "    %-22s %s\n", name, row.help)
	}
	fmt.Fprint(w, "\nThe script's parameters are described in README.md.\n")
}
