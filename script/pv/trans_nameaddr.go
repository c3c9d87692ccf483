package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// nameAddr takes '[display] <uri>' or a bare URI apart: the display name with
// its quotes, the URI, and the length of both. A bare URI is all of the text.
func nameAddr(b []byte) (display, uri [2]int, size int) {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch ch := b[i]; {
		case quoted && ch == '\\':
			i++
		case ch == '"':
			quoted = !quoted
		case quoted:
		case ch == '<':
			end := i + 1
			for end < len(b) && b[end] != '>' {
				end++
			}
			lo, hi := trim(b, 0, i)
			return [2]int{lo, hi}, [2]int{i + 1, end}, min(end+1, len(b))
		}
	}
	lo, hi := trim(b, 0, len(b))
	return [2]int{lo, lo}, [2]int{lo, hi}, len(b)
}

func nameAddrPart(pick func(display, uri [2]int, size int) [2]int) transformer {
	return func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
		if len(b) == 0 {
			return undef
		}
		display, uri, size := nameAddr(b)
		p := pick(display, uri, size)
		return v.Slice(p[0], p[1])
	}
}

// nameAddrTrans is the class nameaddr.
func nameAddrTrans() []registry.Transformation {
	return []registry.Transformation{
		plainTrans("nameaddr", "name", "display name with its quotes", nameAddrPart(func(d, _ [2]int, _ int) [2]int { return d })),
		plainTrans("nameaddr", "uri", "URI", nameAddrPart(func(_, u [2]int, _ int) [2]int { return u })),
		plainTrans("nameaddr", "len", "length of display name and URI with their brackets", func(_ *rt.Ctx, _ value.Value, b []byte) value.Value {
			if len(b) == 0 {
				return undef
			}
			_, _, size := nameAddr(b)
			return value.FromInt(int64(size))
		}),
	}
}

// toBody makes a row of class tobody: a part of a text that is the body of a
// From or To header; undefined where it is none.
func toBody(name, doc string, pick func(n *sipparse.NameAddr) sipparse.Span) registry.Transformation {
	return plainTrans("tobody", name, doc, func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
		var n sipparse.NameAddr
		if !parseBody(b, &n) {
			return undef
		}
		return part(v, pick(&n))
	})
}

func parseBody(b []byte, n *sipparse.NameAddr) bool {
	if len(b) == 0 || len(b) > maxURIText {
		return false
	}
	_, err := sipparse.ParseNameAddr(b, 0, len(b), n)
	if err != sipparse.OK || n.Star {
		return false
	}
	// What has no scheme is no URI (tobody of "not a uri").
	for _, ch := range n.URI.Of(b) {
		if ch == ':' {
			return true
		}
	}
	return false
}

// toBodyURI makes a row for a part of the URI in such a text.
func toBodyURI(name, doc string, pick func(u *sipparse.URI) sipparse.Span) registry.Transformation {
	return plainTrans("tobody", name, doc, func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
		var n sipparse.NameAddr
		if !parseBody(b, &n) {
			return undef
		}
		var u sipparse.URI
		if sipparse.ParseURI(b, int(n.URI.Off), n.URI.End(), &u) != sipparse.OK {
			return undef
		}
		return part(v, pick(&u))
	})
}

// toBodyTrans is the class tobody.
func toBodyTrans() []registry.Transformation {
	return []registry.Transformation{
		toBody("uri", "URI", pickURI),
		toBody("display", "display name with its quotes", pickDisplay),
		toBody("tag", "parameter tag", pickTag),
		toBody("params", "all parameters behind the URI", func(n *sipparse.NameAddr) sipparse.Span { return n.Params }),
		toBodyURI("user", "user part of the URI", func(u *sipparse.URI) sipparse.Span { return u.User }),
		toBodyURI("host", "host of the URI", func(u *sipparse.URI) sipparse.Span { return u.HostRef }),
	}
}
