package tm

import (
	"reflect"
	"testing"

	"sipedge/pool"
)

// Long-lived entries hold no pointers, so that the collector does not look at them
// (DESIGN, section 7).
func TestEntriesHoldNoPointers(t *testing.T) {
	for _, v := range []any{pool.SlabCell[tx]{}, pool.SlabCell[branch]{}, pool.SlabCell[event]{}, pool.SlabCell[callback]{}} {
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

// Entries stay small.
func TestEntrySizes(t *testing.T) {
	tx, br := reflect.TypeOf(pool.SlabCell[tx]{}).Size(), reflect.TypeOf(pool.SlabCell[branch]{}).Size()
	t.Logf("an entry of a transaction has %d bytes, of a branch %d", tx, br)
	if tx > 512 || br > 256 {
		t.Errorf("entries have grown: %d and %d bytes", tx, br)
	}
}
