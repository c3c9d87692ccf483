package dialog

import (
	"reflect"
	"testing"

	"sipedge/pool"
)

// Long-lived entries hold no pointers, so that the collector does not look at them
// (DESIGN, section 7).
func TestEntriesHoldNoPointers(t *testing.T) {
	for _, v := range []any{pool.SlabCell[dlg]{}, valueKey{}} {
		if where := pointerIn(reflect.TypeOf(v), ""); where != "" {
			t.Errorf("%T: %s", v, where)
		}
	}
	if where := pointerIn(reflect.TypeOf(struct{ in [2]struct{ p *int } }{}), ""); where != ".in[].p is a ptr" {
		t.Errorf("the check itself finds %q", where)
	}
	t.Logf("an entry has %d bytes", EntryBytes)
}

// pointerIn is the path to the first pointer in a type, "" for none.
func pointerIn(t reflect.Type, path string) string {
	switch k := t.Kind(); {
	case k >= reflect.Bool && k <= reflect.Float64:
		return ""
	case k == reflect.Array:
		return pointerIn(t.Elem(), path+"[]")
	case k == reflect.Struct:
		for i := range t.NumField() {
			if w := pointerIn(t.Field(i).Type, path+"."+t.Field(i).Name); w != "" {
				return w
			}
		}
		return ""
	}
	return path + " is a " + t.Kind().String()
}
