package tm

import (
	"reflect"
	"testing"
)

// Long-lived entries hold no pointers, so that the collector does not look at them
// (DESIGN, section 7).
func TestEntriesHoldNoPointers(t *testing.T) {
	for _, v := range []any{cell[tx]{}, cell[branch]{}, cell[event]{}, cell[callback]{}} {
		if where := pointerIn(reflect.TypeOf(v), ""); where != "" {
			t.Errorf("%T: %s", v, where)
		}
	}
}

// pointerIn is the path to the first pointer in a type, "" for none.
func pointerIn(t reflect.Type, path string) string {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr, reflect.Float32, reflect.Float64:
		return ""
	case reflect.Array:
		return pointerIn(t.Elem(), path+"[]")
	case reflect.Struct:
		for i := range t.NumField() {
			if w := pointerIn(t.Field(i).Type, path+"."+t.Field(i).Name); w != "" {
				return w
			}
		}
		return ""
	}
	return path + " is a " + t.Kind().String()
}

// The check itself finds pointers.
func TestPointersAreFound(t *testing.T) {
	type inner struct{ P *int }
	type outer struct {
		A [2]struct{ In inner }
	}
	if pointerIn(reflect.TypeOf(outer{}), "") != ".A[].In.P is a ptr" {
		t.Error(pointerIn(reflect.TypeOf(outer{}), ""))
	}
}

func TestSlabNamesNobodyAfterRelease(t *testing.T) {
	var s slab[tx]
	i, v, _ := s.alloc(10)
	g := s.gen(i)
	v.status = 200
	if s.get(i, g) != v {
		t.Fatal("not found")
	}
	s.release(i)
	if s.get(i, g) != nil || s.live != 0 {
		t.Error("found after its end")
	}
	j, w, _ := s.alloc(10)
	if j != i || w.status != 0 || s.get(i, g) != nil || s.gen(j) == g {
		t.Error("the next entry is not a new one")
	}
	for range 9 {
		if _, _, ok := s.alloc(10); !ok {
			t.Fatal("refused below the limit")
		}
	}
	if _, _, ok := s.alloc(10); ok {
		t.Error("more entries than the limit")
	}
}

// The hash table grows with its entries and still finds each.
func TestEntrySizes(t *testing.T) {
	tx, br := reflect.TypeOf(cell[tx]{}).Size(), reflect.TypeOf(cell[branch]{}).Size()
	t.Logf("an entry of a transaction has %d bytes, of a branch %d", tx, br)
	if tx > 512 || br > 256 {
		t.Errorf("entries have grown: %d and %d bytes", tx, br)
	}
}
