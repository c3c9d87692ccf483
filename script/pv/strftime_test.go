package pv

import (
	"testing"
	"time"
)

// strftime(3) in the C locale, as glibc has it.
func TestStrftimeInTheCLocale(t *testing.T) {
	monday := time.Date(2026, 11, 23, 4, 29, 44, 0, time.UTC)
	newYear := time.Date(2023, 1, 1, 15, 5, 6, 0, time.FixedZone("X", -5*3600-1800)) // a Sunday
	for _, r := range []struct {
		at           time.Time
		format, want string
	}{
		{monday, "%U %W %V %u %w %g %k %l %P %z %C %r %D", "47 47 48 1 1 26  4  4 am +0000 20 04:29:44 AM 11/23/26"},
		{monday, "%c|%a %A|%b %B %h|%d %e|%F %T|%R|%j", "Mon Nov 23 04:29:44 2026|Mon Monday|Nov November Nov|23 23|2026-11-23 04:29:44|04:29|327"},
		{monday, "100%%%n%t%Q%", "100%\n\t%Q%"},
		{monday, "%x %X %Ey %Od %H:%M:%S", "11/23/26 04:29:44 26 23 04:29:44"},
		{newYear, "%U %W %V %G %u %w %I %l %p %P %z %j %e", "01 00 52 2022 7 0 03  3 PM pm -0530 001  1"},
	} {
		c := newCtx(t, newBuild(), optionsMsg)
		m := c.Mark()
		strftime(c, r.format, r.at)
		if got := string(c.Bytes(c.FromMark(m))); got != r.want {
			t.Errorf("%s: got %q, want %q", r.format, got, r.want)
		}
	}
}
