package main

import (
	"golang.org/x/sys/unix"

	"sipedge/engine/log"
	"sipedge/engine/params"
)

// setLimits applies open_files_limit and disable_core_dump. What the system
// refuses is a warning, as with Kamailio: the server works with what it has.
func setLimits(c *params.Core, w *log.Writer) {
	var l unix.Rlimit
	if c.OpenFilesLimit > 0 {
		want := uint64(c.OpenFilesLimit)
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err == nil && uint64(l.Cur) < want {
			l.Cur = limitValue(want)
			if uint64(l.Max) < want {
				l.Max = limitValue(want)
			}
			if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
				w.Printf(log.LevelWarn, "open_files_limit=%d is not possible: %v", want, err)
			}
		}
	}
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &l); err != nil {
		return
	}
	if c.DisableCoreDump {
		l.Cur, l.Max = 0, 0
	} else {
		l.Cur = l.Max
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &l); err != nil {
		w.Printf(log.LevelWarn, "the limit of core files cannot be set: %v", err)
	}
}

// lockMemory is mlock_pages.
func lockMemory(w *log.Writer) {
	if err := unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE); err != nil {
		w.Printf(log.LevelWarn, "mlock_pages is not possible: %v (RLIMIT_MEMLOCK)", err)
	}
}
