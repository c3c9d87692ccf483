package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/log"
	"sipedge/engine/params"
	"sipedge/reactor"
	"sipedge/script/diag"
)

// process is the server's process: what signals and the end have to do with.
type process struct {
	o      *options
	src    *source
	logger *log.Logger
	srv    *core.Server
	cfg    *params.Core // of the current configuration
	tried  *params.Core // of the last one that was read, good or not
	diags  *diag.List   // of the start
	files  []string     // pid files to be removed at the end

	background bool
	stdout     *os.File
	stderr     *os.File
}

// serve runs the script until a signal ends it.
func serve(o *options, src *source, stdout, stderr *os.File) int {
	logger := log.New(log.Options{Rings: reactor.MaxLoops, Sink: log.ToWriter(stderr, os.Getpid(), o.colours), Level: log.LevelInfo})
	defer logger.Close()
	p := &process{o: o, src: src, logger: logger, stdout: stdout, stderr: stderr}
	if err := p.load(); err != nil {
		return p.fail(err)
	}
	if p.background = p.wantsBackground(); p.background && !isDaemon() {
		return startDaemon(stderr)
	}
	signals := catchSignals()
	p.openLog()
	if err := p.start(); err != nil {
		return p.fail(err)
	}
	defer p.removeFiles()
	p.announce()
	if p.background {
		if err := leaveTerminal(p.cfg.LogStderror); err != nil {
			return p.fail(err)
		}
	}
	return p.untilSignal(signals)
}

// load compiles the script. Diagnostics are printed at once: the log may go
// elsewhere.
func (p *process) load() error {
	srv, diags := core.New(p.src.path, p.src.text, p.o.coreOptions(p.src, p.logger, p.keep))
	if !isDaemon() { // its parent has printed them
		printDiagnostics(p.stderr, diags, false)
	}
	if srv == nil {
		return fmt.Errorf("the script %s has %s and was not started", p.src.path, plural(diags.Errors(), "error"))
	}
	p.srv, p.cfg, p.diags = srv, p.tried, diags
	return nil
}

// wantsBackground: fork=yes goes to the background, unless the command line
// keeps the process on the terminal (-D, -DD, -E), or there is no script file to
// start again with.
func (p *process) wantsBackground() bool {
	return p.cfg.Fork && !p.o.stderr && p.o.config != "" && p.o.config != "-"
}

// openLog sends the log where it belongs, and to it what a script's author wants
// to know but need not see on the terminal.
func (p *process) openLog() {
	p.directLog()
	logRemarks(p.logger.Shared(), p.diags)
	for _, n := range p.o.notes {
		p.logger.Shared().Printf(log.LevelInfo, "%s", n)
	}
}

// directLog sends the log where the configuration wants it. In the foreground a
// syslog that cannot be reached is replaced by standard error.
func (p *process) directLog() {
	p.logger.SetLimits(int(p.cfg.LogLines), int(p.cfg.LogBytes))
	if !p.cfg.LogStderror {
		name := p.cfg.LogName
		if name == "" {
			name = "sipedge"
		}
		sink, err := log.Syslog(p.cfg.Facility(), name)
		if err == nil {
			p.logger.SetSink(sink)
			return
		}
		defer p.logger.Shared().Printf(log.LevelWarn, "syslog cannot be reached (%v), logging to standard error; log_stderror=yes or -E says that this is meant", err)
	}
	p.logger.SetSink(log.ToWriter(p.stderr, os.Getpid(), p.cfg.LogColor != 0))
}

// start binds the addresses and brings the process into its final state. After
// an error the server is stopped again.
func (p *process) start() error {
	if _, err := p.cfg.Poller(runtime.GOOS); err != nil {
		return err
	}
	setLimits(p.cfg, p.logger.Shared())
	// Names are looked up before the root directory changes.
	drop, err := newPrivileges(p.cfg)
	if err != nil {
		return err
	}
	if err := p.srv.Start(); err != nil {
		return explain(err)
	}
	err = p.settle(drop)
	if err != nil {
		p.stopServer()
	}
	return err
}

// settle writes the pid files while that is still allowed, then moves to the
// working and root directory and gives up privileges.
func (p *process) settle(drop *privileges) error {
	if err := p.writeFiles(drop); err != nil {
		return err
	}
	if p.cfg.MlockPages {
		lockMemory(p.logger.Shared())
	}
	dir := p.cfg.Workdir
	if dir == "" && p.background {
		dir = "/"
	}
	err := drop.enter(p.cfg.Chroot, dir)
	if err != nil {
		p.removeFiles()
	}
	return err
}

// announce says what the server listens on, and how to try the built-in script.
func (p *process) announce() {
	on := p.listening()
	if !p.background || isDaemon() {
		printAddresses(p.stdout, p.srv.Snapshot(), on, aliases(p.cfg, p.srv.Snapshot().AutoAliases()))
	}
	var names []string
	for _, r := range on {
		if p.srv.Snapshot().Unserved(r) == "" {
			names = append(names, r.String())
		}
	}
	p.logger.Shared().Printf(log.LevelInfo, "sipedge %s is up with %s on %s", version, plural(p.srv.Loops(), "loop"), strings.Join(names, ", "))
	if p.o.config == "" {
		p.invite(on)
	}
}

// invite says how to try the built-in script.
func (p *process) invite(on []params.Resolved) {
	for _, r := range on {
		if p.srv.Snapshot().Unserved(r) != "" {
			continue
		}
		fmt.Fprintf(p.stdout, "Running the built-in script; -f names another one. Try it with\n    sipsak -vv -s sip:%s\nControl-C stops it.\n", r.Addr)
		if r.Addr.Port() > 9999 {
			fmt.Fprintln(p.stdout, "(sipsak 0.9 cuts ports of five digits short: choose one below 10000 with -l.)")
		}
		return
	}
}

// listening are the addresses with the ports that were really bound, and those
// that are not served.
func (p *process) listening() (on []params.Resolved) {
	for _, s := range p.srv.Snapshot().Sockets() {
		on = append(on, params.Resolved{Proto: s.Proto, Addr: s.Addr, Advertise: s.Advertise})
	}
	snap := p.srv.Snapshot()
	for _, r := range snap.ListenOn() {
		if snap.Unserved(r) != "" {
			on = append(on, r)
		}
	}
	return on
}

// fail logs an error, which may not be standard error, and prints it there too.
func (p *process) fail(err error) int {
	p.logger.Flush()
	if !p.cfgLogsToStderr() {
		p.logger.Shared().Printf(log.LevelCrit, "%v", err)
	}
	return fail(p.stderr, err)
}

func (p *process) cfgLogsToStderr() bool { return p.cfg == nil || p.cfg.LogStderror }
