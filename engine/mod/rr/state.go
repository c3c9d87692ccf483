package rr

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// binding is what the functions of one program share: the snapshot's
// configuration and where the module keeps its values for a message.
type binding struct {
	cfg *Config
	api *API // nil where no server will run the program

	routed  arg.State // parameters of our own Route URI, with their first semicolon; a string, maybe empty
	nextHop arg.State // defined when the next hop is from a Route header

	mode     arg.State // what to write, one of the record modes
	args     arg.State // parameters of record_route's own
	added    arg.State // parameters of add_rr_param
	user     arg.State // user part of the URI
	address  arg.State // addresses of record_route_preset and record_route_advertised_address
	address2 arg.State
}

func bind(b registry.Build) *binding {
	s := func(name string) arg.State { return arg.NewState(b, "rr", name) }
	var api *API
	if h := b.Host(); h != nil {
		api = Of(h)
	}
	return &binding{
		cfg: b.Config("rr").(*Config), api: api, routed: s("routed"), nextHop: s("next hop"), mode: s("mode"), args: s("args"),
		added: s("added"), user: s("user"), address: s("address"), address2: s("address2"),
	}
}

// setRouted remembers the parameters of the URI u, which lies in base.
func (r *binding) setRouted(c *rt.Ctx, whole value.Value, u *sipparse.URI) {
	if u.Params.Len == 0 {
		r.routed.Set(c, value.Empty())
		return
	}
	b := c.Bytes(whole)
	at := int(u.Params.Off) - int(u.Whole.Off)
	n := int(u.Params.Len)
	if at > 0 && b[at] != ';' && b[at-1] == ';' {
		at, n = at-1, n+1
	}
	r.routed.Set(c, whole.Slice(at, at+n))
}
