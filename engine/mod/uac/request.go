package uac

import (
	"errors"
	"fmt"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// The keys of $uac_req(…).
const (
	keyMethod = iota
	keyRURI
	keyFrom
	keyTo
	keyCallID
	keyHeaders
	keyBody
	keyNextHop
	keySocket
	keyUser
	keyPassword
	keyEvent
	keyEventParam
	keyEventType
	keyEventCode
	numKeys
)

var keyNames = [numKeys]string{
	keyMethod: "method", keyRURI: "ruri", keyFrom: "furi", keyTo: "turi", keyCallID: "callid", keyHeaders: "hdrs", keyBody: "body",
	keyNextHop: "ouri", keySocket: "sock", keyUser: "auser", keyPassword: "apasswd", keyEvent: "evroute", keyEventParam: "evparam",
	keyEventType: "evtype", keyEventCode: "evcode",
}

// request is where the parts of $uac_req(…) are kept for a message. Unlike in
// Kamailio, they begin empty for each message.
type request struct{ parts [numKeys]arg.State }

func (r *request) bind(b registry.Build) {
	for i, n := range keyNames {
		r.parts[i] = arg.NewState(b, "uac", "req."+n)
	}
}

func (r *request) clear(c *rt.Ctx) {
	for i := range r.parts {
		r.parts[i].Clear(c)
	}
}

func bindRequest(b registry.Build, inner, index string) (*registry.Var, error) {
	if index != "" {
		return nil, errors.New("$uac_req(…) has no index")
	}
	r := &b.Config("uac").(*Config).req
	if inner == "all" {
		return &registry.Var{Name: "uac_req", Get: func(*rt.Ctx) value.Value { return value.Value{} },
			Set: func(c *rt.Ctx, _ value.Value) bool { r.clear(c); return true }}, nil
	}
	for i, n := range keyNames {
		if n != inner {
			continue
		}
		number := i == keyEvent || i == keyEventType || i == keyEventCode
		v := &registry.Var{Name: "uac_req", Get: func(c *rt.Ctx) value.Value {
			if v := r.parts[i].Get(c); !v.IsUndef() || !number {
				return v
			}
			return value.FromInt(0)
		}}
		if i != keyEventType && i != keyEventCode {
			v.Set = func(c *rt.Ctx, v value.Value) bool {
				switch {
				case v.IsUndef():
					r.parts[i].Clear(c)
					return true
				case number && v.Kind() != value.Int:
					core.Of(c).Logf(levelErr, "$uac_req(%s) takes a number", n)
					return false
				case !number:
					v = c.Str(v)
				}
				r.parts[i].Set(c, v)
				return true
			}
		}
		return v, nil
	}
	return nil, fmt.Errorf("$uac_req(…) has %s and all, not %q", strings.Join(keyNames[:], ", "), inner)
}

// text is a part as text, "" for none.
func (r *request) text(c *rt.Ctx, key int) string { return string(c.Bytes(c.Str(r.parts[key].Get(c)))) }
