package reactor

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// waker lets others end a loop's wait.
type waker struct{ fd int }

func newWaker() (waker, error) {
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	return waker{fd}, err
}

var one = [8]byte{1} // read on little- and big-endian machines alike as "not 0"

func (w waker) wake() {
	unix.RawSyscall(unix.SYS_WRITE, uintptr(w.fd), uintptr(unsafe.Pointer(&one)), 8)
}

// clear takes the wake-ups that have come.
func (w waker) clear() {
	var b [8]byte
	unix.RawSyscall(unix.SYS_READ, uintptr(w.fd), uintptr(unsafe.Pointer(&b)), 8)
}

func (w waker) close() { unix.Close(w.fd) }
