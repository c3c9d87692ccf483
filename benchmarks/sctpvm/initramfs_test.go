package sctpvm

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An archive of the format newc: headers of 110 bytes, names and contents at multiples of four, the trailer last.
func TestTheImageIsACpioArchive(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	if err := os.WriteFile(from, []byte("hello"), 0o644); err != nil {
		t.Fatal(err)
	}
	var m image
	if err := m.file("a/b/c", from); err != nil {
		t.Fatal(err)
	}
	m.dir("a/b") // is there
	if err := m.write(to); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for len(b) > 0 {
		if !bytes.HasPrefix(b, []byte("070701")) {
			t.Fatalf("no header at %q", b[:min(len(b), 20)])
		}
		var n, size int
		for _, c := range string(b[94:102]) {
			n = n<<4 | strings.IndexRune("0123456789abcdef", c)
		}
		for _, c := range string(b[54:62]) {
			size = size<<4 | strings.IndexRune("0123456789abcdef", c)
		}
		name := string(b[110 : 110+n-1])
		names = append(names, name)
		at := (110 + n + 3) &^ 3
		if data := string(b[at : at+size]); (name == "a/b/c") != (data == "hello") {
			t.Errorf("%s: %q", name, data)
		}
		b = b[(at+size+3)&^3:]
	}
	if strings.Join(names, " ") != "a a/b a/b/c TRAILER!!!" {
		t.Errorf("%v", names)
	}
}
