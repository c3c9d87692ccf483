package sctpvm

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// image is an initramfs under construction: a cpio archive of the format newc.
type image struct {
	buf  bytes.Buffer
	ino  int
	dirs []string
}

// file modes of cpio.
const (
	modeDir  = 0o040755
	modeFile = 0o100755
)

// dir adds a directory and those above it.
func (m *image) dir(name string) {
	name = strings.Trim(name, "/")
	if name == "" || name == "." || slices.Contains(m.dirs, name) {
		return
	}
	m.dir(path.Dir(name))
	m.dirs = append(m.dirs, name)
	m.entry(name, modeDir, nil)
}

// file adds a file with the contents of another.
func (m *image) file(name, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	m.dir(path.Dir(name))
	m.entry(strings.Trim(name, "/"), modeFile, b)
	return nil
}

func (m *image) entry(name string, mode int, data []byte) {
	m.ino++
	fmt.Fprintf(&m.buf, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", m.ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name)+1, 0)
	m.buf.WriteString(name)
	m.buf.WriteByte(0)
	m.pad()
	m.buf.Write(data)
	m.pad()
}

// pad goes on to the next multiple of four.
func (m *image) pad() {
	for m.buf.Len()%4 != 0 {
		m.buf.WriteByte(0)
	}
}

// write ends the archive and writes it to a file.
func (m *image) write(file string) error {
	m.entry("TRAILER!!!", 0, nil)
	return os.WriteFile(file, m.buf.Bytes(), 0o644)
}
