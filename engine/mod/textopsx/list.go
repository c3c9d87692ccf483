package textopsx

import (
	"strconv"
	"strings"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// A header that may be a list has values, separated by commas, over all headers of
// the name; each value may have parameters, separated by semicolons. A header of
// the Authorization family (the functions that end in 2) is one value, and its
// parameters are separated by commas, behind a first word.

// all and none are the places that are no number.
const (
	every = 0 // [*]
	noIdx = -1 << 31
)

// place is what an argument names: "Name[index].parameter".
type place struct {
	arg.Header
	name  string
	index int // from 1, or from the end where negative; every, noIdx
	param []byte
}

// newPlace reads argument i. withParam allows a parameter.
func newPlace(args []registry.Actual, i int, function string, withParam bool) (place, error) {
	spec, _ := arg.Const(&args[i])
	bad := func() (place, error) {
		form := `"Name", "Name[2]" or "Name[*]"`
		if withParam {
			form = `"Name", "Name[2]", "Name[*].parameter" or "Name.parameter"`
		}
		return place{}, arg.Error(i, "%s: %q must be like %s", function, spec, form)
	}
	rest, param, hasParam := cutParam(strings.TrimSpace(spec))
	if hasParam && (!withParam || !arg.IsToken(param)) {
		return bad()
	}
	pl := place{index: noIdx, param: []byte(param)}
	if name, index, ok := strings.Cut(rest, "["); ok {
		index, ok = strings.CutSuffix(strings.TrimSpace(index), "]")
		if !ok {
			return bad()
		}
		rest = name
		if index = strings.TrimSpace(index); index == "*" {
			pl.index = every
		} else if n, err := strconv.Atoi(index); err != nil || n == 0 || n == noIdx {
			return bad()
		} else {
			pl.index = n
		}
	}
	pl.name = strings.TrimSpace(rest)
	if !arg.IsToken(pl.name) {
		return bad()
	}
	pl.Header = arg.HeaderOf([]byte(pl.name))
	return pl, nil
}

// cutParam takes a parameter off; a name without an index may hold no dot.
func cutParam(spec string) (rest, param string, ok bool) {
	from := strings.LastIndexByte(spec, ']') + 1
	if i := strings.IndexByte(spec[from:], '.'); i >= 0 {
		return strings.TrimSpace(spec[:from+i]), strings.TrimSpace(spec[from+i+1:]), true
	}
	return spec, "", false
}

// item is one value of a header.
type item struct {
	header   int
	off, end int // the value without white space around it
	lo, hi   int // with it: between the commas, or the ends of the body
}

// alone reports whether the value is the only one of its header.
func (it *item) alone(c *rt.Ctx) bool {
	body := c.Index.Body(it.header)
	return it.lo == int(body.Off) && it.hi == body.End()
}

// next moves to the following value, at first to the first one; false at the end.
// whole takes each header for one value.
func (it *item) next(c *rt.Ctx, h *arg.Header, whole bool) bool {
	if it.header >= 0 && it.hi > 0 {
		if body := c.Index.Body(it.header); it.hi < body.End() {
			it.set(c, it.header, it.hi+1, whole)
			return true
		}
		it.header = h.Next(c, it.header)
	} else {
		it.header = h.First(c)
	}
	if it.header < 0 {
		return false
	}
	it.set(c, it.header, int(c.Index.Body(it.header).Off), whole)
	return true
}

func (it *item) set(c *rt.Ctx, header, lo int, whole bool) {
	end := c.Index.Body(header).End()
	hi := end
	if !whole {
		hi = lo + sipparse.Separator(c.Msg[lo:end], 0, ',')
	}
	it.header, it.lo, it.hi = header, lo, hi
	it.off, it.end = trim(c.Msg, lo, hi)
}

// find is the value that an index names, counted from 1 or from the end.
func find(c *rt.Ctx, h *arg.Header, index int, whole bool) (it item, ok bool) {
	if index < 0 {
		n := 0
		for it = (item{}); it.next(c, h, whole); {
			n++
		}
		if index += n + 1; index < 1 {
			return it, false
		}
	}
	for it = (item{}); it.next(c, h, whole); {
		if index--; index == 0 {
			return it, true
		}
	}
	return it, false
}

// parameter is the parameter of a name in a value: from its separator to its end.
// at is where a new one would be added.
func (it *item) parameter(c *rt.Ctx, name []byte, whole bool) (off, end int, ok bool) {
	sep := byte(';')
	from := it.off
	if whole {
		sep = ','
		for from < it.end && c.Msg[from] != ' ' && c.Msg[from] != '\t' {
			from++ // the scheme
		}
	} else {
		from += sipparse.Separator(c.Msg[from:it.end], 0, sep)
	}
	for from < it.end {
		stop := from + 1 + sipparse.Separator(c.Msg[min(from+1, it.end):it.end], 0, sep)
		lo, hi := trim(c.Msg, from+1, stop)
		n := lo
		for n < hi && c.Msg[n] != '=' && c.Msg[n] != ' ' && c.Msg[n] != '\t' {
			n++
		}
		if foldEqual(c.Msg[lo:n], name) {
			return from, hi, true
		}
		from = stop
	}
	return 0, 0, false
}

func trim(b []byte, lo, hi int) (int, int) {
	for lo < hi && space(b[lo]) {
		lo++
	}
	for hi > lo && space(b[hi-1]) {
		hi--
	}
	return lo, hi
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func foldEqual(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}
