package params

import (
	"log/syslog"
	"strings"
	"testing"

	"sipedge/script/registry"
)

// set gives a parameter a value as a script would: a number or a text.
func set(c *Core, name string, v any) error {
	p := byName()[name]
	if n, ok := v.(int); ok {
		return p.Set(c, registry.IntValue(int64(n)))
	}
	return p.Set(c, registry.StrValue(v.(string)))
}

func TestBadValuesAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		v    any
		want string // in the error
	}{
		{"children", 0, "from 1"},
		{"port", 70000, "65535"},
		{"debug", "abc", "number"},
		{"fork", "maybe", "yes or no"},
		{"log_facility", "LOG_NONE", "syslog facility"},
		{"tos", "IPTOS_FOO", "IPTOS_LOWDELAY"},
		{"tos", 999, "0 to 255"},
		{"home", "sometimes", "auto, always, off"},
		{"listen", "127.0.0.1:70000", "port"},
		{"listen", "udp:", "found nothing"},
		{"alias", "a b", "host"},
		{"tcp_poll_method", "magic", "epoll_lt"},
		{"server_header", "no header", "Name: value"},
		{"server_header", "Server: a\r\nX: b", "control"},
		{"advertised_address", "a.b:5060", "without port"},
		{"tcp_source_ipv4", "::1", "IPv4"},
		{"enable_sctp", 3, "0 to 2"},
		{"udp_mtu_try_proto", "HTTP", "UDP, TCP"},
		{"max_while_loops", 0, "from 1"},
	} {
		err := set(New(), c.name, c.v)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%v: error %v, want one with %q", c.name, c.v, err, c.want)
		}
	}
}

func TestGoodValuesAreTaken(t *testing.T) {
	c := New()
	for name, v := range map[string]any{
		"tos": "iptos_reliability", "log_facility": "LOG_LOCAL0", "home": "ALWAYS", "listen": "udp:127.0.0.1:5070",
		"alias": "example.com", "debug": -6, "fork": "no", "uid": "nobody", "server_header": "Server: mine",
		"tcp_poll_method": "sigio_rt", "tcp_connection_lifetime": -1, "tcp_defer_accept": 5, "children": 1,
	} {
		if name == "uid" {
			name = "user"
		}
		if err := set(c, name, v); err != nil {
			t.Errorf("%s=%v: %v", name, v, err)
		}
	}
	if TOSValue(c.TOS) != 0x04 || c.Facility() != syslog.LOG_LOCAL0 || c.Debug != -6 || c.Fork || c.User != "nobody" {
		t.Errorf("%+v", c)
	}
	if p, err := c.Poller("linux"); p != "epoll_et" || err != nil {
		t.Errorf("sigio_rt is served by %q, %v", p, err)
	}
}

func TestPollMethodOfAnotherSystemIsRefusedWithTheList(t *testing.T) {
	for _, m := range []string{"kqueue", "/dev/poll"} {
		c := New()
		if err := set(c, "tcp_poll_method", m); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Poller("linux"); err == nil || !strings.Contains(err.Error(), "epoll_lt") {
			t.Errorf("%s on Linux: %v", m, err)
		}
	}
	if p, err := New().Poller("linux"); p != "" || err != nil {
		t.Errorf("default: %q, %v", p, err)
	}
}

func TestSchedulingTakesTheHighestOfLoopsAndTimers(t *testing.T) {
	for _, c := range []struct {
		bits, prio, t1, t2 int64
		policy, want       int
	}{
		{0, 10, 20, 30, 0, 0},
		{4, 10, 20, 30, 2, 10},
		{5, 10, 20, 30, 2, 20},
		{7, 10, 20, 30, 2, 30},
		{3, 50, 20, 10, 2, 20},
	} {
		core := New()
		core.RealTime, core.RtPrio, core.RtTimer1Prio, core.RtTimer2Prio = c.bits, c.prio, c.t1, c.t2
		core.RtPolicy, core.RtTimer1Policy, core.RtTimer2Policy = 2, 2, 2
		if policy, prio := core.Scheduling(); policy != c.policy || prio != c.want {
			t.Errorf("real_time=%d: policy %d, priority %d, want %d, %d", c.bits, policy, prio, c.policy, c.want)
		}
	}
}

func TestReloadNoticesOnlyWhatMatters(t *testing.T) {
	m := byName()
	for _, n := range []string{"children", "fork", "user", "chroot", "tcp_poll_method", "rt_prio"} {
		if m[n].Reloadable {
			t.Errorf("%s is read at start only", n)
		}
	}
	for _, n := range []string{"debug", "listen", "alias", "home", "tcp_children", "dns"} {
		if !m[n].Reloadable {
			t.Errorf("%s can be changed by a reload", n)
		}
	}
}
