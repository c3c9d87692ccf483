package dialog

import "encoding/binary"

// A dialog keeps its variables as one text: for each the lengths of name and
// value, 16 bits each, then both.

const varHead = 4

// variable is the value of a dialog's variable; false for none. It is good until
// the dialog changes.
func (m *layer) variable(d *dlg, name string) ([]byte, bool) {
	at, b := m.findVar(d, name)
	if at < 0 {
		return nil, false
	}
	n, k := varLens(b[at:])
	return b[at+varHead+n : at+varHead+n+k], true
}

func varLens(b []byte) (name, value int) {
	return int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
}

func (m *layer) findVar(d *dlg, name string) (at int, b []byte) {
	if d.vars == 0 {
		return -1, nil
	}
	b = m.arena.Bytes(d.vars)[:d.varsLen]
	for at := 0; at < len(b); {
		n, k := varLens(b[at:])
		if string(b[at+varHead:at+varHead+n]) == name {
			return at, b
		}
		at += varHead + n + k
	}
	return -1, b
}

// setVariable keeps a value under a name in place of the one before; with no value
// (keep false) the variable goes. value must not be the dialog's own bytes. false:
// there is no room.
func (m *layer) setVariable(d *dlg, name string, value []byte, keep bool) bool {
	at, old := m.findVar(d, name)
	cut := 0
	if at >= 0 {
		n, k := varLens(old[at:])
		cut = varHead + n + k
	}
	size := len(old) - cut
	if keep {
		size += varHead + len(name) + len(value)
	}
	if size > maxVars {
		m.stats.noMemory.Add(1)
		return false
	}
	if d.vars == 0 || len(m.arena.Bytes(d.vars)) < size {
		if size == 0 {
			return true
		}
		ref, buf, ok := m.arena.Alloc(size)
		if !ok {
			m.stats.noMemory.Add(1)
			return false
		}
		copy(buf, old)
		m.arena.Free(d.vars)
		d.vars, old = ref, buf[:len(old)]
	}
	b := m.arena.Bytes(d.vars)
	rest := len(old)
	if at >= 0 {
		if cut == varHead+len(name)+len(value) && keep {
			copy(b[at+varHead+len(name):], value)
			return true
		}
		copy(b[at:rest], old[at+cut:])
		rest -= cut
	}
	if keep {
		binary.LittleEndian.PutUint16(b[rest:], uint16(len(name)))
		binary.LittleEndian.PutUint16(b[rest+2:], uint16(len(value)))
		copy(b[rest+varHead+copy(b[rest+varHead:], name):], value)
	}
	d.varsLen = uint16(size)
	return true
}
