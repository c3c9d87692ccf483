package sipparse

const months = "janfebmaraprmayjunjulaugsepoctnovdec"

// ParseDate reads b[off:end], the whole body of a Date header (RFC 3261 section
// 20.17: "Sat, 13 Nov 2010 23:29:00 GMT", always GMT), as seconds since 1970.
// The name of the weekday is not compared with the date.
func ParseDate(b []byte, off, end int, unix *int64) Err {
	*unix = 0
	off = skipSpace(b, off, end)
	s := b[off:trimRight(b, off, end)]
	const form = "Sat, 13 Nov 2010 23:29:00 GMT"
	if len(s) != len(form) {
		return ErrBadDate
	}
	for i, c := range s {
		switch f := form[i]; {
		case f >= '0' && f <= '9':
			if c-'0' > 9 {
				return ErrBadDate
			}
		case i < 3 || i >= 8 && i < 11:
			if lower(c)-'a' > 'z'-'a' {
				return ErrBadDate
			}
		case lower(c) != lower(f):
			return ErrBadDate
		}
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	month := -1
	for m := range 12 {
		if equalFold(s[8:11], months[3*m:3*m+3]) {
			month = m + 1
		}
	}
	day, year := two(5), two(12)*100+two(14)
	hour, minute, second := two(17), two(20), two(23)
	if month < 0 || day < 1 || day > daysIn(month, year) || hour > 23 || minute > 59 || second > 60 {
		return ErrBadDate
	}
	*unix = int64(daysSince1970(year, month, day))*86400 + int64(hour*3600+minute*60+second)
	return OK
}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysIn(month, year int) int {
	switch month {
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSince1970 counts from the first of March, so that the leap day comes last.
func daysSince1970(year, month, day int) int {
	if month <= 2 {
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468
}
