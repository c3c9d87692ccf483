// Package log takes the server's log lines to standard error or syslog without
// ever making an event loop wait.
//
// A loop writes into a ring of bytes of its own (Logger.Loop): one copy, no
// lock, no allocation. Everything else shares one ring behind a mutex
// (Logger.Shared). One goroutine drains the rings (drain.go), applies the limits
// (throttle.go), makes every byte harmless for a terminal and a log file
// (escape.go) and hands the lines to the Sink (sink.go, syslog.go). What a full
// ring cannot take and what the limits hold back is counted, and said in one
// line a second.
//
// Levels are Kamailio's (cookbook "debug"). A line carries a Class, which says
// what it is about, and the hash of the peer that caused it, so that no peer
// can fill the disk. Records of accounting are held back by no limit. The package knows nothing of SIP.
package log
