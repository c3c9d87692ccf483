package main

import (
	"errors"
	"fmt"
	"syscall"
)

// explain adds to an error of the start what can be done about it.
func explain(err error) error {
	advice := ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		advice = "another program (or another sipedge) uses it: stop that one, or choose another address with listen= or -l"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		advice = "ports below 1024 and real-time classes need privileges: run as root with user=, or grant CAP_NET_BIND_SERVICE or CAP_SYS_NICE"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		advice = "the machine does not have this address: check listen="
	default:
		return err
	}
	return fmt.Errorf("%w; %s", err, advice)
}
