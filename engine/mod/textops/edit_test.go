package textops_test

import (
	"slices"
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// names are the header names of a message in order, from the first Via of the sender.
func names(msg string) string {
	var all []string
	head, _, _ := strings.Cut(msg, "\r\n\r\n")
	for _, l := range strings.Split(head, "\r\n")[1:] {
		name, _, _ := strings.Cut(l, ":")
		all = append(all, name)
	}
	if i := slices.Index(all, "Via"); i >= 0 {
		all = slices.Delete(all, i, i+1) // ours
	}
	return strings.Join(all, " ")
}

func edit(t *testing.T, do string) string {
	t.Helper()
	n := modtest.NewFile(t, "testdata/edit.cfg")
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	m := coretest.Request("INVITE", "sip:bob@192.0.2.20", "X-Do: "+do, "X-More: 1", "s: one", "X-More: 2", "Subject: two")
	a.Send(m.String())
	return b.Recv()
}

func TestHeadersAreEditedWhereTheScriptSays(t *testing.T) {
	const (
		before = "Via X-Do X-More s X-More Subject"
		after  = "From To Call-ID CSeq Max-Forwards Content-Length"
	)
	for _, tc := range []struct{ do, want string }{
		{"nothing", before + " " + after},
		{"append", before + " " + after + " X-New"},
		{"append-behind", "Via X-Do X-New X-More s X-More Subject " + after},
		{"append-behind-none", before + " " + after + " X-New"},
		{"insert", "X-New " + before + " " + after},
		{"insert-before", before + " From To X-New Call-ID CSeq Max-Forwards Content-Length"},
		{"urihf", before + " " + after + " X-New"},
		{"remove", "Via X-Do X-More X-More " + after},
		{"remove-compact", "Via X-Do X-More X-More " + after},
		{"remove-other", "Via X-Do s Subject " + after},
		{"remove-pv", "Via X-Do s Subject " + after},
		{"remove-re", "Via X-Do s Subject " + after},
		{"remove-first", "Via X-Do s X-More Subject " + after},
		{"remove-last", "Via X-Do X-More s Subject " + after},
		{"date", before + " " + after + " Date"},
		{"injected", before + " " + after},
	} {
		if got := names(edit(t, tc.do)); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.do, got, tc.want)
		}
	}
}

func TestTheTextOfNewHeaders(t *testing.T) {
	for do, want := range map[string]string{
		"append": "bob", "append-behind": "1", "insert": "1", "urihf": "<sip:bob@192.0.2.20>",
	} {
		if got := coretest.Header(edit(t, do), "X-New"); got != want {
			t.Errorf("%s: %q, want %q", do, got, want)
		}
	}
	if got := coretest.Header(edit(t, "remove-first"), "X-More"); got != "2" {
		t.Errorf("remove-first left %q", got)
	}
	if got := coretest.Header(edit(t, "date"), "Date"); got != "Wed, 02 Jan 2030 03:04:05 GMT" {
		t.Errorf("Date: %q", got)
	}
}

func TestRepliesAreEdited(t *testing.T) {
	n := modtest.NewFile(t, "testdata/edit.cfg")
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
	got := b.Recv()
	b.Send(coretest.Reply(got, 180, "Ringing", "Server: secret"))
	reply := a.Recv()
	if coretest.Header(reply, "X-Reply") != "180" || coretest.Header(reply, "Server") != "" {
		t.Errorf("the reply arrived as:\n%s", reply)
	}
}

func TestEditsAreRefusedAtStart(t *testing.T) {
	const load = "loadmodule \"textops\"\n"
	modtest.WantRefused(t, load+`route { append_hf("no header"); }`, "is no header line")
	modtest.WantRefused(t, load+`route { append_to_reply("X Y: 1\r\n"); }`, "is no header line")
	modtest.WantRefused(t, load+`route { remove_hf("a b"); }`, `"a b" is no header name`)
	modtest.WantRefused(t, load+`route { if (is_method("INVITE|")) drop; }`, "names separated by |")
	modtest.WantRefused(t, load+`route { if (search("a[")) drop; }`, "regular expression")
	modtest.WantRefused(t, load+`route { if (search_hf("To", "a", "x")) drop; }`, `"a", "f" or "l"`)
	modtest.WantRefused(t, load+`route { if (has_body("sdp")) drop; }`, "type/subtype")
	modtest.WantRefused(t, load+`route { if (in_list("a", "b", ", ")) drop; }`, "one character")
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }

func TestEditsDoNotAllocate(t *testing.T) {
	n := modtest.NewFile(t, "testdata/edit.cfg")
	a := n.Peer("192.0.2.10:5060")
	for _, do := range []string{"append", "append-behind", "insert", "urihf", "remove", "remove-pv", "remove-re", "remove-last", "date"} {
		m := coretest.Request("INVITE", "sip:bob@192.0.2.20", "X-Do: "+do, "X-More: 1", "Subject: two").String()
		if got := a.Allocs(m); got != 0 {
			t.Errorf("%s: %v allocations", do, got)
		}
	}
}
