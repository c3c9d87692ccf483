package pv

import (
	"time"

	"sipedge/script/rt"
)

var (
	dayNames   = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	monthNames = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
)

// strftime appends t in the format of strftime(3) in the C locale (POSIX,
// with %s, %e, %k, %l and %P). An unknown conversion is copied as it stands.
func strftime[F []byte | string](c *rt.Ctx, format F, t time.Time) {
	for i := 0; i < len(format); i++ {
		ch := format[i]
		if ch != '%' || i+1 == len(format) {
			c.AppendByte(ch)
			continue
		}
		i++
		// The E and O modifiers change nothing in the C locale.
		if (format[i] == 'E' || format[i] == 'O') && i+1 < len(format) {
			i++
		}
		convert(c, format[i], t)
	}
}

// convert appends one conversion.
func convert(c *rt.Ctx, conv byte, t time.Time) {
	switch conv {
	case 'a':
		c.AppendString(dayNames[t.Weekday()][:3])
	case 'A':
		c.AppendString(dayNames[t.Weekday()])
	case 'b', 'h':
		c.AppendString(monthNames[t.Month()-1][:3])
	case 'B':
		c.AppendString(monthNames[t.Month()-1])
	case 'c':
		strftime(c, "%a %b %e %H:%M:%S %Y", t)
	case 'C':
		appendPadded(c, int64(t.Year()/100), 2, '0')
	case 'd':
		appendPadded(c, int64(t.Day()), 2, '0')
	case 'D', 'x':
		strftime(c, "%m/%d/%y", t)
	case 'e':
		appendPadded(c, int64(t.Day()), 2, ' ')
	case 'F':
		strftime(c, "%Y-%m-%d", t)
	case 'g':
		y, _ := t.ISOWeek()
		appendPadded(c, int64(y%100), 2, '0')
	case 'G':
		y, _ := t.ISOWeek()
		appendNumber(c, int64(y))
	case 'H':
		appendPadded(c, int64(t.Hour()), 2, '0')
	case 'I':
		appendPadded(c, int64(hour12(t)), 2, '0')
	case 'j':
		appendPadded(c, int64(t.YearDay()), 3, '0')
	case 'k':
		appendPadded(c, int64(t.Hour()), 2, ' ')
	case 'l':
		appendPadded(c, int64(hour12(t)), 2, ' ')
	case 'm':
		appendPadded(c, int64(t.Month()), 2, '0')
	case 'M':
		appendPadded(c, int64(t.Minute()), 2, '0')
	case 'n':
		c.AppendByte('\n')
	case 'p':
		c.AppendString(halfDay(t, "AM", "PM"))
	case 'P':
		c.AppendString(halfDay(t, "am", "pm"))
	case 'r':
		strftime(c, "%I:%M:%S %p", t)
	case 'R':
		strftime(c, "%H:%M", t)
	case 's':
		appendNumber(c, t.Unix())
	case 'S':
		appendPadded(c, int64(t.Second()), 2, '0')
	case 't':
		c.AppendByte('\t')
	case 'T', 'X':
		strftime(c, "%H:%M:%S", t)
	case 'u':
		appendNumber(c, int64((t.Weekday()+6)%7+1))
	case 'U':
		appendPadded(c, int64((t.YearDay()+6-int(t.Weekday()))/7), 2, '0')
	case 'V':
		_, w := t.ISOWeek()
		appendPadded(c, int64(w), 2, '0')
	case 'w':
		appendNumber(c, int64(t.Weekday()))
	case 'W':
		appendPadded(c, int64((t.YearDay()+6-int(t.Weekday()+6)%7)/7), 2, '0')
	case 'y':
		appendPadded(c, int64(t.Year()%100), 2, '0')
	case 'Y':
		appendNumber(c, int64(t.Year()))
	case 'z':
		appendOffset(c, t)
	case 'Z':
		name, _ := t.Zone()
		c.AppendString(name)
	case '%':
		c.AppendByte('%')
	default:
		c.AppendByte('%')
		c.AppendByte(conv)
	}
}

func hour12(t time.Time) int { return (t.Hour()+11)%12 + 1 }

func halfDay(t time.Time, am, pm string) string {
	if t.Hour() < 12 {
		return am
	}
	return pm
}

// appendOffset appends the zone's distance from UTC as +hhmm.
func appendOffset(c *rt.Ctx, t time.Time) {
	_, off := t.Zone()
	sign := byte('+')
	if off < 0 {
		sign, off = '-', -off
	}
	c.AppendByte(sign)
	appendPadded(c, int64(off/3600*100+off/60%60), 4, '0')
}

// appendPadded appends a number that is not negative, filled up to width with pad.
func appendPadded(c *rt.Ctx, n int64, width int, pad byte) {
	limit := int64(1)
	for range width - 1 {
		limit *= 10
	}
	for ; limit > 1 && n < limit; limit /= 10 {
		c.AppendByte(pad)
	}
	appendNumber(c, n)
}
