// Package headergen writes zheaders.go, the header tables of sipparse, from
// headers.txt. It is a package so that a test can tell when the file is stale.
package headergen

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"go/format"
	"strings"
)

// hashBits is the size of the hash table of names, as a power of two.
const hashBits = 9

// fastName is the longest name whose entry fits three words with its colon.
const fastName = 23

// Row is one line of headers.txt.
type Row struct {
	Name    string // full name as it is written
	Const   string // suffix of the Go constant
	Compact string // compact form or ""
}

// Read parses headers.txt: one header a line, '#' starts a comment line.
func Read(text string) ([]Row, error) {
	var rows []Row
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 2 || len(f) > 3 {
			return nil, fmt.Errorf("headers.txt:%d: expected name, constant and optionally a compact form, found %q", i+1, line)
		}
		r := Row{Name: f[0], Const: f[1]}
		if len(f) == 3 {
			r.Compact = f[2]
		}
		rows = append(rows, r)
	}
	if len(rows) > 126 {
		return nil, fmt.Errorf("headers.txt: %d headers, the type has room for 126", len(rows))
	}
	return rows, nil
}

// name is one spelling of a header: the full or the compact form.
type name struct {
	text string // lower case, with its colon
	typ  string
	more int // number of the next entry with the same first word, 0 none
}

// words gives the eight bytes of s at off as a little-endian word, with 0xDF in
// the mask for letters and 0xFF for everything else, so that no other byte is
// folded into a letter or a dash.
func words(s string, off int) (w, m uint64) {
	var wb, mb [8]byte
	for i := 0; i < 8 && off+i < len(s); i++ {
		c := s[off+i]
		wb[i], mb[i] = c, 0xFF
		if 'a' <= c && c <= 'z' {
			wb[i], mb[i] = c&0xDF, 0xDF
		}
	}
	return binary.LittleEndian.Uint64(wb[:]), binary.LittleEndian.Uint64(mb[:])
}

// key is what the index pass hashes: the first eight bytes up to and with the
// colon, bit 0x20 set in each of them.
func key(s string) uint64 {
	var b [8]byte
	for i := 0; i < 8 && i < len(s); i++ {
		b[i] = s[i] | 0x20
	}
	return binary.LittleEndian.Uint64(b[:])
}

// Generate is the text of zheaders.go for the rows.
func Generate(rows []Row) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("// Code generated from headers.txt by go generate; DO NOT EDIT.\n\npackage sipparse\n\n")
	out.WriteString("// The header types. HdrOther is every name that is not in the table.\nconst (\nHdrOther HeaderType = iota\n")
	for _, r := range rows {
		fmt.Fprintf(&out, "Hdr%s // %s", r.Const, r.Name)
		if r.Compact != "" {
			fmt.Fprintf(&out, ", compact form %s", r.Compact)
		}
		out.WriteString("\n")
	}
	out.WriteString("numHeaderTypes\n)\n\n")

	out.WriteString("var headerNames = [numHeaderTypes]string{\nHdrOther: \"\",\n")
	for _, r := range rows {
		fmt.Fprintf(&out, "Hdr%s: %q,\n", r.Const, r.Name)
	}
	out.WriteString("}\n\nvar compactNames = [numHeaderTypes]byte{\n")
	for _, r := range rows {
		if r.Compact != "" {
			fmt.Fprintf(&out, "Hdr%s: '%s',\n", r.Const, r.Compact)
		}
	}
	out.WriteString("}\n\n")

	names := []name{{}}
	var long []Row
	for _, r := range rows {
		if len(r.Name) > fastName {
			long = append(long, r)
		} else {
			names = append(names, name{text: strings.ToLower(r.Name) + ":", typ: r.Const})
		}
		if r.Compact != "" {
			names = append(names, name{text: r.Compact + ":", typ: r.Const})
		}
	}
	mult, table, err := hash(names)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, "const (\nheaderHashMul = %#x\nheaderHashShift = %d\n)\n\n", mult, 64-hashBits)
	out.WriteString("// headerHash leads from the hash of a name's first word to its first entry, 0 for none.\n")
	fmt.Fprintf(&out, "var headerHash = [%d]uint8{\n", 1<<hashBits)
	for h, e := range table {
		if e != 0 {
			fmt.Fprintf(&out, "%d: %d, // %s\n", h, e, names[e].text)
		}
	}
	out.WriteString("}\n\n// headerEntries are the names of up to 23 bytes, in upper case and with their colon, as masked words.\n")
	out.WriteString("var headerEntries = [256]headerEntry{\n")
	for i, n := range names {
		if i == 0 {
			out.WriteString("0: {m0: 1<<64-1},\n")
			continue
		}
		w0, m0 := words(n.text, 0)
		var w1, m1, w2, m2 uint64
		if len(n.text) > 8 {
			w1, m1 = words(n.text, len(n.text)-8)
		}
		if len(n.text) > 16 {
			w2, m2 = words(n.text, 8)
		}
		fmt.Fprintf(&out, "%d: {w0: %#x, m0: %#x, w1: %#x, m1: %#x, w2: %#x, m2: %#x, n: %d, typ: Hdr%s, more: %d}, // %s\n",
			i, w0, m0, w1, m1, w2, m2, len(n.text), n.typ, n.more, n.text)
	}
	out.WriteString("}\n\n// longHeaders are the names that do not fit an entry.\nvar longHeaders = [...]HeaderType{")
	for _, r := range long {
		fmt.Fprintf(&out, "Hdr%s, ", r.Const)
	}
	out.WriteString("}\n")
	return format.Source(out.Bytes())
}

// hash finds a multiplier under which no two different first words share a
// place; names with the same first word are linked by more, in table order.
func hash(names []name) (mult uint64, table [1 << hashBits]int, err error) {
	heads := map[uint64]int{}
	tails := map[uint64]int{}
	var keys []uint64
	for i := 1; i < len(names); i++ {
		k := key(names[i].text)
		if t, ok := tails[k]; ok {
			names[t].more = i
		} else {
			heads[k] = i
			keys = append(keys, k)
		}
		tails[k] = i
	}
	seed := uint64(0x9E3779B97F4A7C15)
search:
	for range 5_000_000 {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		mult = seed | 1
		table = [1 << hashBits]int{}
		for _, k := range keys {
			h := k * mult >> (64 - hashBits)
			if table[h] != 0 {
				continue search
			}
			table[h] = heads[k]
		}
		return mult, table, nil
	}
	return 0, table, fmt.Errorf("no multiplier found for %d names in %d places", len(keys), 1<<hashBits)
}
