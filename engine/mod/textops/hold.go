package textops

import (
	"net/netip"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// The results of is_audio_on_hold: how a stream is held.
const (
	heldByAddress   = 1 // RFC 2543: the connection's address is unspecified
	heldByDirection = 2 // RFC 3264 §8.4: sendonly or inactive
)

func holdFunctions() []registry.Function {
	return []registry.Function{{
		Name: "is_audio_on_hold", Routes: editRoutes,
		Doc: "True if an audio stream of the session description in the body is on hold. 1: by an unspecified address, 2: by sendonly or " +
			"inactive.",
		Source: source + "; RFC 3264 §8.4",
		Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				if n := holdIn(p.Msg, sdpOf(p)); n > 0 {
					return n
				}
				return -1
			}, nil
		},
	}}
}

// sdpOf is the session description in a body: the body itself, or the first part of
// a multipart body that is one. Empty where there is none.
func sdpOf(p *core.Proc) sipparse.Span {
	body := p.Index.MsgBody(p.Msg)
	if part, ok := findPart(p, sdpType); ok {
		return part.Body
	}
	if isType(contentType(p), sdpType) {
		return body
	}
	return sipparse.Span{}
}

var sdpType = []byte("application/sdp")

// holdIn looks at every audio stream: its own connection and direction count, or
// else those of the session.
func holdIn(b []byte, sdp sipparse.Span) int32 {
	var session, stream int32
	audio, media := false, false
	result := func() int32 {
		if audio {
			return stream
		}
		return 0
	}
	for off, end := int(sdp.Off), sdp.End(); off < end; {
		var l sipparse.SDPLine
		next, e := sipparse.ParseSDPLine(b, off, end, &l)
		if e != sipparse.OK || next <= off {
			break
		}
		v := l.Value
		switch l.Type {
		case 'm':
			if n := result(); n != 0 {
				return n
			}
			var m sipparse.SDPMedia
			audio = sipparse.ParseSDPMedia(b, int(v.Off), v.End(), &m) == sipparse.OK && string(m.Media.Of(b)) == "audio"
			media, stream = true, session
		case 'c':
			var k sipparse.SDPConnection
			if sipparse.ParseSDPConnection(b, int(v.Off), v.End(), &k) == sipparse.OK {
				stream = hold(stream, heldByAddress, unspecified(k.Address.Of(b)))
			}
		case 'a':
			var a sipparse.SDPAttribute
			if sipparse.ParseSDPAttribute(b, int(v.Off), v.End(), &a) != sipparse.OK {
				break
			}
			switch string(a.Name.Of(b)) {
			case "sendonly", "inactive":
				stream = heldByDirection
			case "sendrecv", "recvonly":
				stream = hold(stream, heldByDirection, false)
			}
		}
		if !media {
			session = stream
		}
		off = next
	}
	return result()
}

// hold sets or clears one way of holding; a direction outweighs an address.
func hold(now, way int32, on bool) int32 {
	switch {
	case on && now < way:
		return way
	case !on && now == way:
		return 0
	}
	return now
}

func unspecified(host []byte) bool {
	if len(host) > 45 {
		return false
	}
	a, err := netip.ParseAddr(string(host))
	return err == nil && a.IsUnspecified()
}
