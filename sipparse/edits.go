package sipparse

import "unsafe"

// Edits are changes against one message: bytes to leave out and bytes to put
// in. They are kept in the order of the message and are applied when it is
// sent, in one pass; the message itself is not changed. The bytes to put in lie
// in an arena of the caller and are named by offset and length, so an Edits has
// no pointers. The zero Edits changes nothing.
//
// Cuts may overlap: what any of them covers is left out. Insertions are never
// lost: one inside of a cut comes out at the place of the cut. At one offset
// insertions come before the place of what is cut there, in the order they were
// made, or ahead of all if they ask for it.
type Edits struct {
	n    int32
	list [MaxEdits]edit
}

type edit struct {
	off, cut uint16
	data, n  uint32
}

// Reset forgets all changes.
func (e *Edits) Reset() { e.n = 0 }

// Len is the number of changes.
func (e *Edits) Len() int { return int(e.n) }

// Cut leaves out n bytes from off on. It reports false, and does nothing, when
// there is no room for another change or the span is no span of a message.
func (e *Edits) Cut(off, n int) bool { return e.Replace(off, n, 0, 0) }

// InsertAt puts in dataLen bytes of the arena from dataOff on, before the byte
// at off: behind earlier insertions at that offset or, with before, ahead of
// them. It reports false as Cut does.
func (e *Edits) InsertAt(off, dataOff, dataLen int, before bool) bool {
	d, ok := makeEdit(off, 0, dataOff, dataLen)
	if !ok || e.n >= MaxEdits {
		return false
	}
	i := int(e.n)
	for i > 0 {
		p := &e.list[i-1]
		if p.off < d.off || p.off == d.off && p.cut == 0 && !before {
			break
		}
		i--
	}
	e.put(i, d)
	return true
}

// Replace puts dataLen bytes of the arena from dataOff on in the place of n
// bytes from off on. It reports false as Cut does.
func (e *Edits) Replace(off, n, dataOff, dataLen int) bool {
	d, ok := makeEdit(off, n, dataOff, dataLen)
	if !ok || e.n >= MaxEdits {
		return false
	}
	i := int(e.n)
	for i > 0 && e.list[i-1].off > d.off {
		i--
	}
	e.put(i, d)
	return true
}

func makeEdit(off, cut, data, n int) (edit, bool) {
	if off < 0 || cut < 0 || off+cut > MaxMessage || data < 0 || n < 0 || data+n > 1<<31-1 {
		return edit{}, false
	}
	return edit{uint16(off), uint16(cut), uint32(data), uint32(n)}, true
}

func (e *Edits) put(i int, d edit) {
	copy(e.list[i+1:e.n+1], e.list[i:e.n])
	e.list[i] = d
	e.n++
}

// DropCovered takes away what was put in inside of a span that another change
// leaves out: who removes a header means the changes to its body as well. What
// stands at the ends of the span stays, and so does all that is cut.
func (e *Edits) DropCovered() {
	from, end, kept := 0, 0, int32(0)
	for i := range e.list[:e.n] {
		d := e.list[i]
		off := int(d.off)
		if off > from && off < end {
			if d.n = 0; d.cut == 0 {
				continue
			}
		}
		if off+int(d.cut) > end {
			from, end = off, off+int(d.cut)
		}
		e.list[kept] = d
		kept++
	}
	e.n = kept
}

// Forget takes back the changes that lie within the bytes from off to end: cuts
// that do not reach beyond them, and what was put in there, at both ends too.
func (e *Edits) Forget(off, end int) {
	kept := int32(0)
	for _, d := range e.list[:e.n] {
		if int(d.off) >= off && int(d.off)+int(d.cut) <= end {
			continue
		}
		e.list[kept] = d
		kept++
	}
	e.n = kept
}

// Withdraw takes back the changes that cut exactly n bytes, at least one, at off,
// with what they put in: a later change of the same text stands for all of them.
func (e *Edits) Withdraw(off, n int) {
	kept := int32(0)
	for _, d := range e.list[:e.n] {
		if n > 0 && int(d.off) == off && int(d.cut) == n {
			continue
		}
		e.list[kept] = d
		kept++
	}
	e.n = kept
}

// Retract takes back what was put in from that place of the arena.
func (e *Edits) Retract(data int) {
	for i := range e.list[:e.n] {
		if d := &e.list[i]; int(d.data) == data && d.n > 0 {
			copy(e.list[i:], e.list[i+1:e.n])
			e.n--
			return
		}
	}
}

// PartSize is the length that the bytes from off to end have with the changes
// made, what was put in at both ends included; changed tells whether anything
// touches them.
func (e *Edits) PartSize(off, end int) (size int, changed bool) {
	size = end - off
	at := off
	for i := range e.list[:e.n] {
		d := &e.list[i]
		if int(d.off) > end {
			break
		}
		if int(d.off) >= off && d.n > 0 {
			size += int(d.n)
			changed = true
		}
		if from, to := max(int(d.off), at), min(int(d.off)+int(d.cut), end); to > from {
			size -= to - from
			at = to
			changed = true
		}
	}
	return size, changed
}

// Each calls f with every change in the order of the message until f reports
// false: cut bytes from off on give way to dataLen bytes of the arena.
func (e *Edits) Each(f func(off, cut, dataOff, dataLen int) bool) {
	for _, d := range e.list[:e.n] {
		if !f(int(d.off), int(d.cut), int(d.data), int(d.n)) {
			return
		}
	}
}

// Size is the length of the message of msgLen bytes with the changes made.
func (e *Edits) Size(msgLen int) int {
	size, at := 0, 0
	for i := range e.list[:e.n] {
		d := &e.list[i]
		if off := min(int(d.off), msgLen); off > at {
			size += off - at
			at = off
		}
		size += int(d.n)
		at = max(at, min(int(d.off)+int(d.cut), msgLen))
	}
	return size + msgLen - at
}

// AppendTo appends msg with the changes made to dst. What lies behind the end
// of msg counts as its end.
func (e *Edits) AppendTo(dst, msg, arena []byte) []byte {
	at := 0
	for i := range e.list[:e.n] {
		d := &e.list[i]
		if off := min(int(d.off), len(msg)); off > at {
			dst = append(dst, msg[at:off]...)
			at = off
		}
		dst = append(dst, arena[d.data:d.data+d.n]...)
		at = max(at, min(int(d.off)+int(d.cut), len(msg)))
	}
	return append(dst, msg[at:]...)
}

// RawSize is the number of bytes that AppendRaw appends.
func (e *Edits) RawSize() int { return int(e.n) * EditSize }

// AppendRaw appends the changes in a form for SetRaw of the same process.
func (e *Edits) AppendRaw(dst []byte) []byte {
	return append(dst, unsafe.Slice((*byte)(unsafe.Pointer(&e.list)), int(e.n)*EditSize)...)
}

// SetRaw takes n changes from b, as AppendRaw has left them, and returns the rest of b.
func (e *Edits) SetRaw(b []byte, n int) []byte {
	e.n = int32(n)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&e.list)), n*EditSize), b)
	return b[n*EditSize:]
}

// EditSize is the bytes of one change in the form of AppendRaw.
const EditSize = int(unsafe.Sizeof(edit{}))
