package main

import (
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"sipedge/engine/log"
	"sipedge/engine/params"
)

// catchSignals has signals wait for untilSignal. It comes before the start, so
// that none of them ends the process in the middle of it.
func catchSignals() <-chan os.Signal {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1)
	return signals
}

// untilSignal serves until SIGTERM or SIGINT and returns the exit status.
// SIGHUP reads the script again, SIGUSR1 prints the counters.
func (p *process) untilSignal(signals <-chan os.Signal) int {
	for s := range signals {
		switch s {
		case syscall.SIGHUP:
			p.reload()
		case syscall.SIGUSR1:
			p.printStatistics()
		default:
			return p.end(s, signals)
		}
	}
	return 0
}

// end stops the server. A second signal, or the end of exit_timeout, does not
// wait for the rest.
func (p *process) end(s os.Signal, signals <-chan os.Signal) int {
	p.logger.Shared().Printf(log.LevelInfo, "signal %v: stopping", s)
	stopped := make(chan bool, 1)
	go func() { stopped <- p.stopServer() }()
	for {
		select {
		case clean := <-stopped:
			p.printMemory()
			p.logger.Flush()
			if clean {
				return 0
			}
			return exitError
		case again := <-signals:
			if again == syscall.SIGTERM || again == syscall.SIGINT {
				p.logger.Shared().Printf(log.LevelWarn, "signal %v again: not waiting any longer", again)
				return exitError
			}
		}
	}
}

// stopServer stops the loops within exit_timeout.
func (p *process) stopServer() (clean bool) {
	ctx, cancel := context.Background(), func() {}
	if p.cfg.ExitTimeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, time.Duration(p.cfg.ExitTimeout)*time.Second)
	}
	defer cancel()
	if err := p.srv.Stop(ctx); err != nil {
		p.logger.Shared().Printf(log.LevelErr, "the stop was not clean: %v", err)
		return false
	}
	return true
}

// reload reads the script again; one with an error changes nothing.
func (p *process) reload() {
	w := p.logger.Shared()
	if p.src.again != "" {
		w.Printf(log.LevelWarn, "SIGHUP: the script cannot be read again: %s", p.src.again)
		return
	}

	diags, err := p.srv.Reload(p.src.path, nil)
	logDiagnostics(w, diags)
	if err != nil {
		w.Printf(log.LevelErr, "SIGHUP: %v", err)
		return
	}
	p.cfg = p.tried
	p.directLog()
	w.Printf(log.LevelNotice, "SIGHUP: the script %s was read again and is in effect", p.src.path)
}

// printStatistics logs all counters as one line of JSON, whatever the log level,
// and the memory statistics at theirs.
func (p *process) printStatistics() {
	text, err := json.Marshal(p.srv.Stats())
	if err != nil {
		p.logger.Shared().Printf(log.LevelErr, "statistics: %v", err)
		return
	}
	p.logger.Print(log.LevelNotice, text)
	p.printMemory()
}

// printMemory logs the Go runtime's memory statistics at the level of memlog,
// unless mem_summary is 0.
func (p *process) printMemory() {
	if p.cfg.MemSummary == 0 || !p.logger.Shared().Enabled(int(p.cfg.MemLog)) {
		return
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	p.logger.Shared().Printf(int(p.cfg.MemLog), "memory: %d bytes in use in %d objects, %d from the system, %d collections, %v of pauses, %d goroutines",
		m.HeapAlloc, m.HeapObjects, m.Sys, m.NumGC, time.Duration(m.PauseTotalNs), runtime.NumGoroutine())
}

// keep notes the configuration that is being tried.
func (p *process) keep(c *params.Core) { p.tried = c }
