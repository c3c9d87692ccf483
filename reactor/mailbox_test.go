//go:build unix

package reactor

import (
	"bytes"
	"errors"
	"sync"
	"testing"
)

// TestHandOverIsInOrderAndExactlyOnce: loops and other goroutines post at the same
// time; what each has posted arrives once and in its order, and with its bytes.
func TestHandOverIsInOrderAndExactlyOnce(t *testing.T) {
	const producers, each = 4, 3000
	var next [2 + producers]uint64 // by sender: loop 0, loop 1, then the others
	done := newCountdown(each*producers + 2*each)
	check := func(m *Mail, sender int) {
		want := bytes.Repeat([]byte{byte(m.Arg)}, int(m.Arg%97))
		if m.Arg%500 == 0 {
			want = bytes.Repeat([]byte{byte(m.Arg)}, InlineMail+1)
		}
		if m.Arg != next[sender] || !bytes.Equal(m.Data, want) {
			t.Errorf("sender %d: mail %d with %d bytes came as number %d", sender, m.Arg, len(m.Data), next[sender])
		}
		next[sender] = m.Arg + 1
		done.tick()
	}
	fill := func(m *Mail, k uint64, buf []byte) {
		n := int(k % 97)
		if k%500 == 0 {
			n = InlineMail + 1
		}
		for i := range n {
			buf[i] = byte(k)
		}
		m.Arg, m.Data = k, buf[:n]
	}
	const (
		kindWork = iota + 1
		kindGo
	)
	var buf [2][InlineMail + 1]byte
	// work posts the next few to loop 0 and goes on by mail to itself, or by a timer
	// while its mailbox is full of the others' mail.
	work := func(l Loop, k uint64) {
		for range 10 {
			if k == each {
				return
			}
			w := Mail{Kind: kindWork}
			fill(&w, k, buf[l.ID()][:])
			if l.Post(0, &w) != nil {
				break
			}
			k++
		}
		if l.Post(l.ID(), &Mail{Kind: kindGo, Arg: k}) != nil {
			l.After(0, kindGo, k)
		}
	}
	h := &funcs{
		posted: func(l Loop, m *Mail) {
			switch {
			case m.Kind == kindGo:
				work(l, m.Arg)
			case m.From < 0:
				check(m, 2+int(m.Result))
			default:
				check(m, int(m.From))
			}
		},
		timer: func(l Loop, _ uint32, k uint64) { work(l, k) },
	}
	r := run(t, h, Config{Loops: 2, MailboxSlots: 8192, MailboxLarge: 64})
	var wg sync.WaitGroup
	for p := range producers {
		wg.Go(func() {
			post, buf := r.Poster(0), make([]byte, InlineMail+1)
			for k := range uint64(each) {
				m := Mail{Kind: kindWork, Result: int64(p)}
				fill(&m, k, buf)
				for errors.Is(post.Post(&m), ErrMailboxFull) {
					<-yield()
				}
			}
		})
	}
	for i := range 2 {
		if err := r.Poster(i).Post(&Mail{Kind: kindGo}); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	need(t, done.done, "the arrival of all mails")
}

// yield lets others run: a poster whose mailbox is full has nothing to wait for.
func yield() <-chan struct{} {
	c := make(chan struct{})
	go close(c)
	return c
}

// TestABurstWakesOnce: a loop that sleeps is woken by the first mail of a burst, one
// that is awake by none.
func TestABurstWakesOnce(t *testing.T) {
	const burst = 100
	asleep, done := make(chan struct{}), newCountdown(burst)
	r := open(t, &funcs{posted: func(l Loop, m *Mail) {
		if m.Kind == 1 {
			for range burst {
				if err := l.Post(1, &Mail{Kind: 2}); err != nil {
					t.Error(err)
				}
			}
			return
		}
		<-asleep // the second mail comes while the loop is awake
		done.tick()
	}}, Config{Loops: 2})
	l0, l1 := r.loops[0], r.loops[1]
	l1.mail.asleep.Store(1)
	l0.h.Posted(l0, &Mail{Kind: 1})
	if n := l0.c.wakes.Load(); n != 1 {
		t.Errorf("%d wakes for a burst", n)
	}
	close(asleep)
	l1.cycle()
	need(t, done.done, "the arrival of the burst")
	l0.h.Posted(l0, &Mail{Kind: 1})
	if n := l0.c.wakes.Load(); n != 1 {
		t.Errorf("%d wakes: a loop that is awake was woken", n)
	}
}

func TestAFullMailboxRefusesAndTakesAgain(t *testing.T) {
	for _, slots := range []int{1, 2, 4} {
		var got []uint64
		l := open(t, &funcs{posted: func(_ Loop, m *Mail) { got = append(got, m.Arg) }}, Config{MailboxSlots: slots, MailboxLarge: 1}).loops[0]
		room := max(slots, 2)
		for turn := range uint64(3) {
			got = got[:0]
			for i := range room {
				if err := l.Poster().Post(&Mail{Arg: turn + uint64(i)}); err != nil {
					t.Errorf("mail %d: %v", i, err)
				}
			}
			if err := l.Post(0, &Mail{}); !errors.Is(err, ErrMailboxFull) {
				t.Errorf("one too many: %v", err)
			}
			l.cycle()
			if len(got) != room || got[0] != turn || got[room-1] != turn+uint64(room)-1 {
				t.Errorf("%d slots: got %v in turn %d", slots, got, turn)
			}
		}
		if n := l.r.Stats()[0].MailboxFull; n != 3 {
			t.Errorf("%d refusals counted", n)
		}
	}
}

func TestLargeMailsAreBoundedByThemselves(t *testing.T) {
	l := open(t, &funcs{}, Config{MailboxSlots: 16, MailboxLarge: 1}).loops[0]
	large := &Mail{Data: make([]byte, MaxMail)}
	for turn := range 3 {
		if err := l.Post(0, large); err != nil {
			t.Errorf("turn %d: %v", turn, err)
		}
		if err := l.Post(0, large); !errors.Is(err, ErrMailboxFull) {
			t.Errorf("a second large one: %v", err)
		}
		if err := l.Post(0, &Mail{Data: make([]byte, InlineMail)}); err != nil {
			t.Errorf("a small one beside it: %v", err)
		}
		l.cycle()
	}
	if err := l.Post(0, &Mail{Data: make([]byte, MaxMail+1)}); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	for _, k := range []int{-1, 1} {
		if err := l.Post(k, &Mail{}); !errors.Is(err, ErrNoLoop) {
			t.Error(err)
		}
	}
}

func TestHandOverAllocatesNothing(t *testing.T) {
	r := open(t, &funcs{}, Config{Loops: 2})
	l0, l1 := r.loops[0], r.loops[1]
	m := Mail{Kind: 1, Data: make([]byte, 900)}
	if n := testing.AllocsPerRun(200, func() {
		for range 8 {
			if err := l0.Post(1, &m); err != nil {
				t.Fatal(err)
			}
		}
		l1.drainMail()
	}); n != 0 {
		t.Errorf("%v allocations for eight mails", n)
	}
}

func BenchmarkHandOver(b *testing.B) {
	r := open(b, &funcs{}, Config{Loops: 2})
	l0, l1 := r.loops[0], r.loops[1]
	m := Mail{Kind: 1, Data: make([]byte, 900)}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if l0.Post(1, &m) != nil || i%64 == 63 {
			l1.drainMail()
		}
	}
}
