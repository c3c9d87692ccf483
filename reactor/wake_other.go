//go:build darwin || freebsd

package reactor

import "golang.org/x/sys/unix"

// waker lets others end a loop's wait, by a pipe.
type waker struct{ fd, in int }

func newWaker() (waker, error) {
	var p [2]int
	if err := unix.Pipe(p[:]); err != nil {
		return waker{-1, -1}, err
	}
	for _, fd := range p {
		unix.CloseOnExec(fd)
		if err := unix.SetNonblock(fd, true); err != nil {
			return waker{-1, -1}, err
		}
	}
	return waker{p[0], p[1]}, nil
}

func (w waker) wake() { unix.Write(w.in, []byte{1}) }

func (w waker) clear() {
	var b [64]byte
	for {
		if n, err := unix.Read(w.fd, b[:]); n < len(b) || err != nil {
			return
		}
	}
}

func (w waker) close() {
	unix.Close(w.fd)
	unix.Close(w.in)
}
