package htable

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	"sipedge/script/rt"
	"sipedge/script/value"
)

func testTable(size int, items int64) (*table, *definition) {
	d := &definition{name: "t", size: size, hasInit: true, maxItems: items, maxBytes: 1 << 30, updateexpire: true}
	d.table = newTable(d)
	return d.table, d
}

func ctx() *rt.Ctx {
	c := new(rt.Ctx)
	c.Reset(&rt.Program{}, nil)
	return c
}

func text(s string) item { return item{kind: value.Str, text: []byte(s)} }

func (t *table) read(key string, now int64) (string, bool) {
	c := ctx()
	v := t.get(c, hashOf([]byte(key)), []byte(key), now)
	return string(c.Text(v)), !v.IsUndef()
}

// TestATableIsAMap: random changes, and at each step what a Go map says.
func TestATableIsAMap(t *testing.T) {
	type val struct {
		text    string
		expires int64
	}
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		tab, d := testTable(int(2+seed%8), 1<<20)
		want := map[string]val{}
		now := int64(1)
		for step := range 5000 {
			key := fmt.Sprint("k", rng.IntN(300))
			k, h := []byte(key), hashOf([]byte(key))
			if v, ok := want[key]; ok && v.expires != 0 && v.expires <= now {
				delete(want, key)
			}
			switch rng.IntN(12) {
			case 0, 1, 2, 3, 4:
				v := val{text: string(make([]byte, rng.IntN(200)))}
				if rng.IntN(3) == 0 {
					v.expires = now + int64(rng.IntN(50))
				}
				if !tab.set(h, k, text(v.text), now, v.expires, true) {
					t.Fatal("no room")
				}
				want[key] = v
			case 5:
				tab.remove(h, k)
				delete(want, key)
			case 6:
				got := tab.add(h, k, 1, d, now)
				if v, ok := want[key]; !ok {
					want[key] = val{text: "1"}
				} else if n, err := fmt.Sscan(v.text, new(int)); err == nil && n == 1 {
					var i int
					fmt.Sscan(v.text, &i)
					want[key] = val{fmt.Sprint(i + 1), 0}
				} else if !got.IsUndef() {
					t.Fatalf("seed %d, step %d: a text was added to", seed, step)
				}
			case 7:
				now += int64(rng.IntN(10))
			case 8:
				tab.resize(2 + rng.IntN(10))
			case 9:
				if rng.IntN(100) == 0 {
					tab.reset()
					clear(want)
				}
			case 10:
				at := now + int64(rng.IntN(20))
				v, ok := want[key]
				if tab.setExpiry(h, k, now, at) != ok {
					t.Fatalf("seed %d, step %d: setExpiry of %s", seed, step, key)
				}
				if ok {
					want[key] = val{v.text, at}
				}
			case 11:
				for cur := (cursor{}); tab.step(&cur, 7, func(_ *shard, _ int32, e *entry) verdict {
					if e.alive(now) {
						return keep
					}
					return takeOut
				}); {
				}
			}
			v, ok := want[key]
			ok = ok && (v.expires == 0 || v.expires > now)
			if got, found := tab.read(key, now); found != ok || ok && got != v.text {
				t.Fatalf("seed %d, step %d: %s is %q %v, want %q %v", seed, step, key, got, found, v.text, ok)
			}
		}
		n := 0
		for _, v := range want {
			if v.expires == 0 || v.expires > now {
				n++
			}
		}
		seen := map[string]int{}
		tab.scan(now, func(s *shard, e *entry) verdict { seen[string(s.keyOf(e))]++; return keep })
		if len(seen) != n {
			t.Errorf("seed %d: %d items, want %d", seed, len(seen), n)
		}
		for k, times := range seen {
			if times != 1 {
				t.Errorf("seed %d: %s was seen %d times", seed, k, times)
			}
		}
	}
}

// TestLoopsShareATable: what several loops do at once; the counting is exact, and
// what one loop writes alone is what it reads.
func TestLoopsShareATable(t *testing.T) {
	tab, d := testTable(4, 1<<20)
	const loops, rounds = 8, 3000
	var wg sync.WaitGroup
	for l := range loops {
		wg.Go(func() {
			c := ctx()
			rng := rand.New(rand.NewPCG(uint64(l), 2))
			own := []byte(fmt.Sprint("own", l))
			for i := range rounds {
				c.Reset(&rt.Program{}, nil)
				tab.add(hashOf([]byte("sum")), []byte("sum"), 1, d, 1)
				v := fmt.Sprint(l, "-", i)
				tab.set(hashOf(own), own, text(v), 1, 0, true)
				if got := string(c.Text(tab.get(c, hashOf(own), own, 1))); got != v {
					t.Errorf("loop %d reads %q, has written %q", l, got, v)
					return
				}
				k := []byte(fmt.Sprint("k", rng.IntN(500)))
				switch rng.IntN(8) {
				case 0:
					tab.remove(hashOf(k), k)
				case 1:
					tab.scan(1, func(s *shard, e *entry) verdict {
						if len(s.keyOf(e)) == 3 && s.keyOf(e)[0] == 'k' && rng.IntN(4) == 0 {
							return takeOut
						}
						return keep
					})
				case 2:
					n := 0
					var it copied
					for cur := (cursor{}); n < 100 && tab.next(&cur, 1, &it); n++ {
						if it.keyBytes()[0] == 'k' && string(it.textBytes()) != string(it.keyBytes()) {
							t.Errorf("%q holds %q", it.keyBytes(), it.textBytes())
						}
					}
				case 3:
					tab.resize(2 + rng.IntN(10))
				default:
					tab.set(hashOf(k), k, text(string(k)), 1, 0, true)
				}
			}
		})
	}
	wg.Wait()
	if got, _ := tab.read("sum", 1); got != fmt.Sprint(loops*rounds) {
		t.Errorf("the sum is %s, want %d", got, loops*rounds)
	}
	n := int64(0)
	tab.scan(1, func(*shard, *entry) verdict { n++; return keep })
	if tab.items.Load() != n {
		t.Errorf("%d items counted, %d there", tab.items.Load(), n)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	d := &definition{name: "t", size: 4, maxItems: 1 << 20, maxBytes: 1 << 20}
	tab := newTable(d)
	big := string(make([]byte, 4000))
	n := 0
	for i := range 10000 {
		k := []byte(fmt.Sprint("key", i))
		if tab.set(hashOf(k), k, text(big), 1, 0, true) {
			n++
		}
	}
	if c := tab.counts(); n < 100 || n == 10000 || c.bytes > 1<<20 || c.refused != uint64(10000-n) {
		t.Errorf("%d items of 4000 bytes in 1 MiB; %+v", n, c)
	}
	k := []byte("k")
	if tab.set(hashOf(k), k, text(string(make([]byte, maxItem))), 1, 0, true) {
		t.Error("an item that is too long was taken")
	}
	tab.reset()
	if c := tab.counts(); c.items != 0 || c.bytes != 0 {
		t.Errorf("after reset: %+v", c)
	}
}

// TestItemsHoldNoPointers: the garbage collector has nothing to look at in a full table.
func TestItemsHoldNoPointers(t *testing.T) {
	e := reflect.TypeFor[entry]()
	for i := range e.NumField() {
		switch e.Field(i).Type.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.String, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
			t.Errorf("entry.%s holds a pointer", e.Field(i).Name)
		}
	}
}

func TestTheStoreLendsEachPieceOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var s store
	lent := map[ref]byte{}
	for range 20000 {
		if len(lent) > 0 && rng.IntN(2) == 0 {
			for r, b := range lent {
				for _, c := range s.at(r) {
					if c != b {
						t.Fatalf("piece %x was written to by another", r)
					}
				}
				s.release(r)
				delete(lent, r)
				break
			}
			continue
		}
		n := rng.IntN(1 << rng.IntN(17))
		grown, before := s.grown(n), s.bytes
		r := s.alloc(n)
		if s.bytes-before != grown {
			t.Fatalf("%d bytes: grown by %d, foretold %d", n, s.bytes-before, grown)
		}
		if _, twice := lent[r]; twice || r == 0 || len(s.at(r)) < n {
			t.Fatalf("%d bytes: piece %x of %d", n, r, len(s.at(r)))
		}
		b := byte(rng.IntN(256))
		for i := range s.at(r) {
			s.at(r)[i] = b
		}
		lent[r] = b
	}
}

func BenchmarkRead(b *testing.B) {
	tab, _ := testTable(14, 1<<20)
	keys := make([][]byte, 1<<16)
	for i := range keys {
		keys[i] = []byte(fmt.Sprint("call-", i, "@example.com"))
		tab.set(hashOf(keys[i]), keys[i], text("sip:alice@192.0.2.1:5060"), 1, 0, true)
	}
	c := ctx()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		k := keys[i*7919&(len(keys)-1)]
		m := c.Mark()
		tab.get(c, hashOf(k), k, 1)
		c.Truncate(m)
	}
}

func BenchmarkWrite(b *testing.B) {
	tab, _ := testTable(14, 1<<20)
	keys := make([][]byte, 1<<16)
	v := text("sip:alice@192.0.2.1:5060")
	for i := range keys {
		keys[i] = []byte(fmt.Sprint("call-", i, "@example.com"))
		tab.set(hashOf(keys[i]), keys[i], v, 1, 0, true)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		k := keys[i*7919&(len(keys)-1)]
		tab.set(hashOf(k), k, v, 1, 0, true)
	}
}
