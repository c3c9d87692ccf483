package dns

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Commands are the dns.* commands of the control plane, in the order of their names: a row
// each, with the names, arguments and answers of Kamailio's (cookbook "DNS Parameters").
func Commands() []Command { return commands() }

// Command is one command. The control plane finds it by its name and hands it the
// arguments as texts.
type Command struct {
	Name, Doc string
	Args      []Arg
	run       func(r *Resolver, a args) (Reply, error)
}

// Arg is an argument of a command.
type Arg struct {
	Name     string
	Number   bool // from 0 to Max
	Max      int64
	Optional bool // only behind all that are not
}

// Reply is what a command answers: structs, each of which is a list of fields; a single
// nameless field is a bare value.
type Reply []Struct

// Struct is a list of fields in their order.
type Struct []Field

// Field is a named value: an int64, a string or a Reply.
type Field struct {
	Name  string
	Value any
}

// Errors of commands; they are the caller's mistake (400), but for ErrOff (500).
var (
	ErrOff      = errors.New("the DNS cache is off (use_dns_cache, dns_cache_init)")
	ErrNotFound = errors.New("not found")
	ErrUsage    = errors.New("wrong arguments")
	ErrNoSuch   = errors.New("no such command")
)

// Flags of entries made by hand, as the add commands take them.
const (
	addNegative  = 1 // there is no such record
	addPermanent = 2 // it stays until it is deleted
	maxTTL       = 1<<31 - 1
)

// Run runs the command of a name. It may wait (dns.lookup), as long as ctx and the
// deadline allow, so it is not for loops.
func (r *Resolver) Run(ctx context.Context, name string, in ...string) (Reply, error) {
	for _, c := range commands() {
		if c.Name != name {
			continue
		}
		if !r.settings.Load().UseCache {
			return nil, ErrOff
		}
		a, err := c.read(in)
		if err != nil {
			return nil, err
		}
		a.ctx = ctx
		return c.run(r, a)
	}
	return nil, fmt.Errorf("%w: %.80q", ErrNoSuch, name)
}

// args are a command's arguments, read.
type args struct {
	ctx     context.Context
	text    []string
	numbers []int64
}

func (a args) n16(i int) uint16 { return uint16(a.numbers[i]) }

func (c *Command) read(in []string) (a args, err error) {
	for i, want := range c.Args {
		switch {
		case i >= len(in) && want.Optional:
			continue
		case i >= len(in):
			return a, fmt.Errorf("%w: %s: argument %d (%s) is missing; usage: %s", ErrUsage, c.Name, i+1, want.Name, c.Usage())
		case !want.Number:
			a.text, a.numbers = append(a.text, in[i]), append(a.numbers, 0)
			continue
		}
		n, err := strconv.ParseInt(in[i], 10, 64)
		if err != nil || n < 0 || n > want.Max {
			return a, fmt.Errorf("%w: %s: argument %d (%s) is a number from 0 to %d, not %.40q", ErrUsage, c.Name, i+1, want.Name, want.Max, in[i])
		}
		a.text, a.numbers = append(a.text, in[i]), append(a.numbers, n)
	}
	if len(in) > len(c.Args) {
		return a, fmt.Errorf("%w: %s takes %d arguments, not %d; usage: %s", ErrUsage, c.Name, len(c.Args), len(in), c.Usage())
	}
	return a, nil
}

// Usage is the command with the names of its arguments.
func (c *Command) Usage() string {
	var b strings.Builder
	b.WriteString(c.Name)
	for _, a := range c.Args {
		if a.Optional {
			b.WriteString(" [" + a.Name + "]")
		} else {
			b.WriteString(" " + a.Name)
		}
	}
	return b.String()
}

func word(name string) Arg { return Arg{Name: name} }

func num(name string, most int64) Arg { return Arg{Name: name, Number: true, Max: most} }

const port16 = 1<<16 - 1

// commands is the table.
func commands() []Command {
	list := []Command{
		{"dns.add_a", "adds an A record to the DNS cache", addArgs(word("address")), addAddr(TypeA)},
		{"dns.add_aaaa", "adds an AAAA record to the DNS cache", addArgs(word("address")), addAddr(TypeAAAA)},
		{"dns.add_cname", "adds a CNAME record to the DNS cache", addArgs(word("target")), addText(TypeCNAME)},
		{"dns.add_naptr", "adds a NAPTR record to the DNS cache", addArgs(num("order", port16), num("preference", port16), word("flags"), word("service"), word("regexp"), word("replacement")),
			addRecord(TypeNAPTR, 6, func(a *Answer, in args) bool {
				return a.AddNAPTR(in.n16(2), in.n16(3), in.text[4], in.text[5], in.text[6], in.text[7])
			})},
		{"dns.add_ptr", "adds a PTR record to the DNS cache", addArgs(word("target")), addText(TypePTR)},
		{"dns.add_srv", "adds an SRV record to the DNS cache", addArgs(num("priority", port16), num("weight", port16), num("port", port16), word("target")),
			addRecord(TypeSRV, 4, func(a *Answer, in args) bool {
				return a.AddSRV(in.n16(2), in.n16(3), in.n16(4), in.text[5])
			})},
		{"dns.add_txt", "adds a TXT record to the DNS cache", addArgs(word("text")), addText(TypeTXT)},
		{"dns.debug", "lists the entries of the DNS cache, without their records", nil, func(r *Resolver, _ args) (Reply, error) { return r.view(false), nil }},
		{"dns.debug_all", "lists the entries of the DNS cache with their records", nil, func(r *Resolver, _ args) (Reply, error) { return r.view(true), nil }},
		{"dns.delete_all", "empties the DNS cache but for permanent entries", nil, func(r *Resolver, _ args) (Reply, error) {
			r.cache.DeleteAll(false)
			return done(), nil
		}},
		{"dns.delete_all_force", "empties the DNS cache, permanent entries too", nil, func(r *Resolver, _ args) (Reply, error) {
			r.cache.DeleteAll(true)
			return done(), nil
		}},
		{"dns.get_server_state", "tells whether name servers are asked: 1, or 0", nil, func(r *Resolver, _ args) (Reply, error) {
			state := int64(1)
			if r.down.Load() {
				state = 0
			}
			return Reply{{{Value: state}}}, nil
		}},
		{"dns.lookup", "looks a name up, in the cache and by asking", []Arg{word("type"), word("name")}, lookupCommand},
		{"dns.mem_info", "the memory of the DNS cache and its limit, in bytes", nil, memInfo},
		{"dns.set_server_state", "0: no name server is asked, the cache is used beyond its time; 1: they are asked again", []Arg{num("state", 1)},
			func(r *Resolver, a args) (Reply, error) {
				r.SetServersUp(a.numbers[0] == 1)
				return done(), nil
			}},
		{"dns.view", "lists the entries of the DNS cache with their records", nil, func(r *Resolver, _ args) (Reply, error) { return r.view(true), nil }},
	}
	for _, t := range []Type{TypeA, TypeAAAA, TypeCNAME, TypeNAPTR, TypePTR, TypeSRV, TypeTXT} {
		list = append(list, Command{"dns.delete_" + strings.ToLower(t.String()), "removes the " + t.String() + " records of a name from the DNS cache", []Arg{word("name")},
			func(r *Resolver, a args) (Reply, error) {
				if !r.cache.Delete(a.text[0], t) {
					return nil, ErrNotFound
				}
				return done(), nil
			}})
	}
	return list
}

func done() Reply { return Reply{{{"status", "ok"}}} }

// addArgs are a name, a time in seconds, the record, and flags.
func addArgs(record ...Arg) []Arg {
	all := append([]Arg{word("name"), num("ttl", maxTTL)}, record...)
	return append(all, Arg{Name: "flags", Number: true, Max: addNegative | addPermanent, Optional: true})
}

// addRecord makes the run of an add command with record arguments between time and flags.
// put reads these.
func addRecord(t Type, record int, put func(a *Answer, in args) bool) func(*Resolver, args) (Reply, error) {
	return func(r *Resolver, in args) (Reply, error) {
		flags := int64(0)
		if at := 2 + record; at < len(in.numbers) {
			flags = in.numbers[at]
		}
		ttl := time.Duration(in.numbers[1]) * time.Second
		var err error
		if flags&addNegative != 0 {
			err = r.cache.AddNegative(in.text[0], t, ttl, flags&addPermanent != 0)
		} else {
			err = r.cache.add(in.text[0], t, ttl, flags&addPermanent != 0, func(a *Answer) bool { return put(a, in) })
		}
		if err != nil {
			return nil, err
		}
		return done(), nil
	}
}

func addAddr(t Type) func(*Resolver, args) (Reply, error) {
	return addRecord(t, 1, func(a *Answer, in args) bool {
		ip, err := netip.ParseAddr(in.text[2])
		return err == nil && ip.Zone() == "" && a.AddAddr(ip)
	})
}

func addText(t Type) func(*Resolver, args) (Reply, error) {
	return addRecord(t, 1, func(a *Answer, in args) bool { return a.AddText(in.text[2]) })
}

func memInfo(r *Resolver, _ args) (Reply, error) {
	m := r.cache.MemInfo()
	return Reply{{{"used", int64(m.Used)}, {"limit", int64(m.Limit)}, {"entries", int64(m.Entries)}, {"negative", int64(m.Negative)},
		{"evicted", int64(m.Evicted)}, {"refused", int64(m.Refused)}, {"hits", int64(m.Hits)}, {"misses", int64(m.Misses)}, {"stale", int64(m.Stale)}}}, nil
}

func lookupCommand(r *Resolver, in args) (Reply, error) {
	t, ok := typeNamed(in.text[0])
	if !ok {
		return nil, fmt.Errorf("%w: dns.lookup: %.40q is none of A, AAAA, CNAME, NAPTR, PTR, SRV, TXT", ErrUsage, in.text[0])
	}
	ctx, cancel := context.WithTimeout(in.ctx, r.settings.Load().Deadline)
	defer cancel()
	e := Entry{Name: in.text[1]}
	if err := r.Lookup(ctx, in.text[1], t, &e.Answer); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	if kept, ok := r.cache.Entry(in.text[1], t); ok {
		e = kept
	}
	return Reply{e.describe(true)}, nil
}

func typeNamed(s string) (Type, bool) {
	for _, t := range []Type{TypeA, TypeAAAA, TypeCNAME, TypeNAPTR, TypePTR, TypeSRV, TypeTXT} {
		if strings.EqualFold(s, t.String()) {
			return t, true
		}
	}
	return 0, false
}
