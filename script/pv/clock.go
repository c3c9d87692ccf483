package pv

import (
	"strings"
	"time"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// startTime is when the process began ($Tb).
var startTime = time.Now().Unix()

const (
	nanosPerSecond = 1_000_000_000
	nanosPerMicro  = 1_000
)

// now is the time of day of the loop's cycle.
func now(c *rt.Ctx, loc *time.Location) time.Time {
	return time.Unix(0, c.Env.WallClock()).In(loc)
}

func seconds(c *rt.Ctx) value.Value { return value.FromInt(c.Env.WallClock() / nanosPerSecond) }

func micros(c *rt.Ctx) value.Value {
	return value.FromInt(c.Env.WallClock() % nanosPerSecond / nanosPerMicro)
}

// secondsMicros is "seconds.microseconds".
func secondsMicros(c *rt.Ctx) value.Value {
	ns := c.Env.WallClock()
	m := c.Mark()
	appendNumber(c, ns/nanosPerSecond)
	c.AppendByte('.')
	appendPadded(c, ns%nanosPerSecond/nanosPerMicro, 6, '0')
	return c.FromMark(m)
}

// dateText is the time as $Tf shows it: "Mon Nov 23 03:41:47 2026".
func dateText(c *rt.Ctx) value.Value { return formatted(c, "%a %b %e %H:%M:%S %Y", time.Local) }

func formatted(c *rt.Ctx, format string, loc *time.Location) value.Value {
	m := c.Mark()
	strftime(c, format, now(c, loc))
	return c.FromMark(m)
}

// timeAttrs are the fields of the broken-down time.
func timeAttrs(loc *time.Location) []attr {
	field := func(get func(t time.Time) int) rt.Expr {
		return func(c *rt.Ctx) value.Value { return value.FromInt(int64(get(now(c, loc)))) }
	}
	return []attr{
		{key: "sec", kind: value.Int, get: field(time.Time.Second)},
		{key: "min", kind: value.Int, get: field(time.Time.Minute)},
		{key: "hour", kind: value.Int, get: field(time.Time.Hour)},
		{key: "mday", kind: value.Int, get: field(time.Time.Day)},
		{key: "mon", kind: value.Int, get: field(func(t time.Time) int { return int(t.Month()) })},
		{key: "year", kind: value.Int, get: field(time.Time.Year)},
		{key: "wday", kind: value.Int, get: field(func(t time.Time) int { return int(t.Weekday()) + 1 })},
		{key: "yday", kind: value.Int, get: field(time.Time.YearDay)},
		{key: "isdst", kind: value.Int, get: field(func(t time.Time) int {
			if t.IsDST() {
				return 1
			}
			return 0
		})},
	}
}

// timeFormatRow is $timef(format) or $utimef(format).
func timeFormatRow(name, doc string, loc *time.Location) registry.PV {
	return registry.PV{Name: name, Inner: registry.Always, Doc: doc, Source: "pseudo-variables, $" + name + "(format)",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex(name)
			}
			text, expr, err := textOf(b, strings.TrimSpace(inner))
			if err != nil {
				return nil, err
			}
			v := &registry.Var{Name: name + "(" + inner + ")", Kind: value.Str}
			v.Get = func(c *rt.Ctx) value.Value { return formatted(c, text, loc) }
			if expr != nil {
				v.Get = func(c *rt.Ctx) value.Value {
					format := c.Text(expr(c))
					m := c.Mark()
					strftime(c, format, now(c, loc))
					return c.FromMark(m)
				}
			}
			return v, nil
		}}
}

// timeVars are the variables of time. All read the clock that the loop reads
// once per cycle, so the "cached" and the "current" ones are the same.
func timeVars() []registry.PV {
	return []registry.PV{
		read("Ts", value.Int, "seconds since 1970", seconds),
		read("TS", value.Int, "seconds since 1970", seconds),
		read("Tf", value.Str, "local time as text", dateText),
		read("TF", value.Str, "local time as text", dateText),
		read("Tb", value.Int, "when the server was started, in seconds since 1970", func(*rt.Ctx) value.Value { return value.FromInt(startTime) }),
		attrs("TV", "time with microseconds: s and sn the seconds since 1970, u and un the microseconds, Sn both as seconds.microseconds", []attr{
			{key: "s", kind: value.Int, get: seconds},
			{key: "sn", kind: value.Int, get: seconds},
			{key: "u", kind: value.Int, get: micros},
			{key: "un", kind: value.Int, get: micros},
			{key: "Sn", kind: value.Str, get: secondsMicros},
		}),
		attrs("time", "field of the local time: sec, min, hour, mday, mon (1-12), year, wday (1 is Sunday), yday (1-366), isdst", timeAttrs(time.Local)),
		attrs("utime", "field of the time in UTC, as $time", timeAttrs(time.UTC)),
		timeFormatRow("timef", "local time in a strftime format", time.Local),
		timeFormatRow("utimef", "time in UTC in a strftime format", time.UTC),
	}
}
