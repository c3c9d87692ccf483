package sim

import (
	"fmt"
	"strings"
)

// A mutant is module tm with one mistake. The tests build tm once with all of
// them, each behind its name, and demand that each is noticed: a simulation that
// overlooks such a mistake would prove nothing.
type mutant struct {
	name string
	what string
	file string // below engine/mod/tm
	old  string // must stand in the file exactly once
	new  string // with mutated("name") for whether the mistake is made
	// sim demands that the simulation notices it, not only the tests of tm.
	sim bool
}

var mutants = []mutant{
	{
		name: "second-2xx", what: "the 2xx of a second fork is dropped", file: "reply.go", sim: true,
		old: "func (m *layer) relayUp(i int32, t *tx, b *branch, p *core.Proc, code int) {\n",
		new: "func (m *layer) relayUp(i int32, t *tx, b *branch, p *core.Proc, code int) {\n	if mutated(\"second-2xx\") && code/100 == 2 && second(m, i, p) {\n		return\n	}\n",
	},
	{
		name: "early-cancel", what: "CANCEL is sent before a provisional reply", file: "cancel.go", sim: true,
		old: "	early := m.cfg(t).CancelBMethod == cancelEarly",
		new: "	early := m.cfg(t).CancelBMethod == cancelEarly || mutated(\"early-cancel\")",
	},
	{
		name: "timer-b", what: "Timer B is lost when a script waits", file: "timer.go", sim: true,
		old: "	if t.busy > 0 {\n		if !m.enqueue(i, t, event{kind: evFR,",
		new: "	if t.busy > 0 {\n		if !mutated(\"timer-b\") && !m.enqueue(i, t, event{kind: evFR,",
	},
	{
		name: "wait-leak", what: "a transaction stays in the wait state", file: "timer.go", sim: true,
		old: "	m.setTimer(i, t, txWait, m.together(uint32(max(m.cfg(t).Wait, 1))))",
		new: "	if !mutated(\"wait-leak\") {\n		m.setTimer(i, t, txWait, m.together(uint32(max(m.cfg(t).Wait, 1))))\n	}",
	},
	{
		name: "cseq-method", what: "a reply is matched without the method of its CSeq", file: "match.go", sim: true,
		old: "	isCancel = cs.Method == sipparse.MethodCancel && t.method != sipparse.MethodCancel\n	if !isCancel &&",
		new: "	isCancel = cs.Method == sipparse.MethodCancel && t.method != sipparse.MethodCancel && !mutated(\"cseq-method\")\n	if !mutated(\"cseq-method\") && !isCancel &&",
	},
	{
		name: "cancel-lost", what: "a CANCEL is not repeated", file: "cancel.go", sim: true,
		old: "	if m.armRetr(bi, t, b); !kept && b.retr != 0 {",
		new: "	if m.armRetr(bi, t, b); (!kept || mutated(\"cancel-lost\")) && b.retr != 0 {",
	},
	{
		name: "no-ack", what: "a failure is not acknowledged", file: "cancel.go", sim: true,
		old: "func (m *layer) sendAck(t *tx, b *branch, p *core.Proc) {\n",
		new: "func (m *layer) sendAck(t *tx, b *branch, p *core.Proc) {\n	if mutated(\"no-ack\") {\n		return\n	}\n",
	},
	{
		name: "late-ringing", what: "a branch that was given up rings on", file: "reply.go", sim: true,
		old: "if t.method == sipparse.MethodInvite && b.flags&(bHasFinal|bCanceled) == 0 {",
		new: "if t.method == sipparse.MethodInvite && b.flags&(bHasFinal|bCanceled) == 0 && !mutated(\"late-ringing\") {",
	},
	{
		name: "losers-ring", what: "the branches that lost are not cancelled", file: "reply.go", sim: true,
		old: "		m.cancelPending(i, t, 200)\n	}\n	switch {",
		new: "		if !mutated(\"losers-ring\") {\n			m.cancelPending(i, t, 200)\n		}\n	}\n	switch {",
	},
	{
		name: "reply-once", what: "a failure is sent once and not again", file: "timer.go", sim: true,
		old: "	if t.retrDelay != 0 {\n		m.again(t)",
		new: "	if t.retrDelay != 0 {\n		if !mutated(\"reply-once\") {\n			m.again(t)\n		}",
	},
	{
		name: "past-relayed", what: "a reply of the past is relayed", file: "reply.go",
		old: "	m.stats.lateReplies.Add(1)\n	m.loop.Put(p)\n	return true\n}",
		new: "	if mutated(\"past-relayed\") {\n		return false\n	}\n	m.stats.lateReplies.Add(1)\n	m.loop.Put(p)\n	return true\n}",
	},
	{
		name: "best-response", what: "the worst failure is chosen instead of the best", file: "fail.go",
		old: "best == 0 || r < rank {",
		new: "best == 0 || r < rank != mutated(\"best-response\") {",
	},
	{
		name: "no-merge", what: "the challenges of the other branches are left out", file: "fail.go",
		old: "m.cfg(t).AggregateChallenges {",
		new: "m.cfg(t).AggregateChallenges && !mutated(\"no-merge\") {",
	},
	{
		name: "timer-c", what: "a branch that rings has no Timer C", file: "reply.go",
		old: "				m.armFR(bi, t, b, t.frInv)",
		new: "				if m.armFR(bi, t, b, t.frInv); mutated(\"timer-c\") {\n					m.loop.Cancel(b.fr)\n				}",
	},
	{
		name: "cancel-forgotten", what: "a CANCEL that comes while a script waits is forgotten", file: "cancel.go",
		old: "		if !m.enqueue(i, t, event{kind: evCancel}) {",
		new: "		if !mutated(\"cancel-forgotten\") && !m.enqueue(i, t, event{kind: evCancel}) {",
	},
	{
		name: "sixth-ignored", what: "a 6xx does not cancel the other branches", file: "fail.go",
		old: "		m.cancelPending(i, t, int(b.status))",
		new: "		if !mutated(\"sixth-ignored\") {\n			m.cancelPending(i, t, int(b.status))\n		}",
	},
	{
		name: "via-2543", what: "a request without the cookie is matched whatever its top Via", file: "match.go",
		old: "	return !c.Via1Matching ||",
		new: "	return !c.Via1Matching || mutated(\"via-2543\") ||",
	},
	{
		name: "tag-2543", what: "a request without the cookie is matched whatever its From tag", file: "match.go",
		old: "	if f, e := p.Index.From(p.Msg); e != sipparse.OK ||",
		new: "	if f, e := p.Index.From(p.Msg); !mutated(\"tag-2543\") && e != sipparse.OK || !mutated(\"tag-2543\") &&",
	},
	{
		name: "ack-branch", what: "CANCEL and ACK have another branch than the request", file: "cancel.go",
		old: "	m.out = b[:0]\n	return b\n}",
		new: "	if mutated(\"ack-branch\") {\n		spoilBranch(b)\n	}\n	m.out = b[:0]\n	return b\n}",
	},
	{
		name: "timer-e", what: "a request that is no INVITE is repeated without the bound T2", file: "timer.go",
		old: "(t.method != sipparse.MethodInvite || b.flags&bCanceled != 0) &&",
		new: "!mutated(\"timer-e\") && (t.method != sipparse.MethodInvite || b.flags&bCanceled != 0) &&",
	},
	{
		name: "408-sent", what: "a 408 goes upstream to a request that is no INVITE", file: "fail.go",
		old: "	return b.status == 408 &&",
		new: "	return !mutated(\"408-sent\") && b.status == 408 &&",
	},
	{
		name: "loop-passes", what: "a request that comes round in a loop passes", file: "loop.go",
		old: "			if uint32(got) == want {",
		new: "			if uint32(got) == want && !mutated(\"loop-passes\") {",
	},
	{
		name: "timer-h", what: "an ACK is awaited for ever", file: "timer.go",
		old: "	if now >= t.ackBy {",
		new: "	if now >= t.ackBy && !mutated(\"timer-h\") {",
	},
	{
		name: "no-failover", what: "the next address of a name is not tried", file: "failover.go",
		old: "	for b.targetsLeft > 0 {\n",
		new: "	for b.targetsLeft > 0 && !mutated(\"no-failover\") {\n",
	},
	{
		name: "503-stays", what: "the next address is not tried after a 503", file: "reply.go",
		old: "		if code == 503 && b.state",
		new: "		if !mutated(\"503-stays\") && code == 503 && b.state",
	},
	{
		name: "icmp-believed", what: "an ICMP error is believed whatever it repeats of the request", file: "unsent.go",
		old: "	if !whole || !bytes.Equal(sent, branch) ||",
		new: "	if !mutated(\"icmp-believed\") && (!whole || !bytes.Equal(sent, branch)) ||",
	},
	{
		name: "503-relayed", what: "a 503 goes upstream as it is", file: "reply.go",
		old: "	if code == 503 &&",
		new: "	if !mutated(\"503-relayed\") && code == 503 &&",
	},
	{
		name: "ack-once", what: "the ACK of a failure is not repeated for its repetition", file: "reply.go",
		old: "		m.sendAck(t, b, p)\n		return\n	}\n	if t.flags&fLocal",
		new: "		if !mutated(\"ack-once\") {\n			m.sendAck(t, b, p)\n		}\n		return\n	}\n	if t.flags&fLocal",
	},
}

// switches is what the mutated tm asks, and the mutants that need no text: each
// function of the script does nothing and says that it did.
const switches = `package tm

import (
	"bytes"
	"os"
	"sync"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

var mutation = os.Getenv("SIPEDGE_MUTANT")

func mutated(name string) bool { return mutation == name }

// spoilBranch changes the first branch of a message.
func spoilBranch(b []byte) {
	if i := bytes.Index(b, []byte("z9hG4bK")); i >= 0 {
		b[i+7] ^= 1
	}
}

// second says whether a 2xx has another To tag than the first of its transaction.
func second(m *layer, i int32, p *core.Proc) bool {
	type key struct {
		m *layer
		h Handle
	}
	tag := m.toTag(p)
	first, known := firstTags.LoadOrStore(key{m, m.handle(i)}, tag)
	return known && first.(uint64) != tag
}

var firstTags sync.Map

// Module is the descriptor with the function that the mutation names made idle.
func Module() *registry.Module {
	m := soundModule()
	for i := range m.Functions {
		if f := &m.Functions[i]; mutated("idle:" + f.Name) {
			f.Compile = func(registry.Build, []registry.Actual) (rt.Func, error) {
				return func(*rt.Ctx) int32 { return 1 }, nil
			}
		}
	}
	return m
}
`

// mutate builds the mutants into a source file; read gives its text.
func mutate(files map[string]string) error {
	for _, m := range mutants {
		text, ok := files[m.file]
		if !ok {
			return fmt.Errorf("mutant %s: no file %s", m.name, m.file)
		}
		if n := strings.Count(text, m.old); n != 1 {
			return fmt.Errorf("mutant %s: its text stands %d times in %s, not once; tm has changed", m.name, n, m.file)
		}
		files[m.file] = strings.Replace(text, m.old, m.new, 1)
	}
	const descriptor = "func Module() *registry.Module {"
	if strings.Count(files["module.go"], descriptor) != 1 {
		return fmt.Errorf("module.go has no %s", descriptor)
	}
	files["module.go"] = strings.Replace(files["module.go"], descriptor, "func soundModule() *registry.Module {", 1)
	files["zmutant.go"] = switches
	return nil
}
