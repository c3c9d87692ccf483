package cfgutils_test

import (
	"strings"
	"testing"
	"time"
)

// A ring of waits may lead over locks of two modules: one script holds a key and
// wants an item of a table, the other one holds the item and wants the key.
const twoModules = `
loadmodule "cfgutils"
loadmodule "htable"
loadmodule "sl"
modparam("htable", "htable", "t=>size=4;")
route {
	switch ($hdr(X-Do)) {
	case "key, item":
		lock("x"); sleep("1"); $var(r) = sht_lock("t=>x"); sht_unlock("t=>x"); unlock("x"); break;
	case "item, key":
		sht_lock("t=>x"); sleep("1"); $var(r) = lock("x"); unlock("x"); sht_unlock("t=>x"); break;
	}
	sl_send_reply("200", "$hdr(X-Do) $var(r)");
}
`

func TestARingOverKeysAndItemsOfTablesIsFound(t *testing.T) {
	w := startWith(t, twoModules)
	w.do("key, item")
	w.Advance(500 * time.Millisecond)
	w.do("item, key")
	w.Advance(501 * time.Millisecond) // the first waits for the item
	w.want()
	w.Advance(500 * time.Millisecond) // the second wants the key
	w.want("item, key -1", "key, item 1")
	if line := w.WaitLog("deadlock"); !strings.Contains(line, `lock: deadlock: "x" is held by a message that waits for "$sht `) {
		t.Errorf("logged: %s", line)
	}
}
