package rr

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/value"
)

// API is what other modules use rr by, for one program. They get it with Of while
// the program is built (Module.Program, or a function's Compile).
type API struct{ r *binding }

// Of is the API; nil where the script does not load rr.
func Of(b registry.Build) *API {
	if _, ok := b.Config("rr").(*Config); !ok {
		return nil
	}
	return &API{bind(b)}
}

// OnLoose has f run by loose_route() when it has taken a Route header of ours,
// with what stands in the message's index still as received. f must not wait.
func (a *API) OnLoose(f func(p *core.Proc)) { a.r.cfg.onLoose = append(a.r.cfg.onLoose, f) }

// OnRecordRoute has f run for each Record-Route URI that is written, to append
// parameters of its own (";name=value") to the arena of p. f must not wait.
func (a *API) OnRecordRoute(f func(p *core.Proc)) { a.r.cfg.onWrite = append(a.r.cfg.onWrite, f) }

// RouteParam is the value of a parameter of our own Route URI, which loose_route()
// has taken; nil for none. name is in lower case. The bytes are good until the
// message is done.
func (a *API) RouteParam(p *core.Proc, name string) []byte {
	v := a.r.routed.Get(&p.Ctx)
	if v.IsUndef() {
		return nil
	}
	return parameterValue(p.Bytes(v), name)
}

// Upstream reports whether the request goes to the dialog's caller (is_direction);
// it needs the parameter append_fromtag, which is on by default.
func (a *API) Upstream(p *core.Proc) bool { return a.r.cfg.FromTag && a.r.upstream(p) }

// AddParam adds ";name=value" to the URI of the Record-Route headers, before or
// after record_route(). false: the text cannot stand in a URI.
func (a *API) AddParam(p *core.Proc, v value.Value) bool {
	c := &p.Ctx
	v, ok := parameter(c, v)
	if ok {
		a.r.added.Set(c, c.Concat(a.r.added.Get(c), v))
	}
	return ok
}

// told runs what others have asked for with OnLoose.
func (r *binding) told(p *core.Proc, result int32) int32 {
	if result != notRouted && len(r.cfg.onLoose) > 0 && !r.routed.Get(&p.Ctx).IsUndef() {
		for _, f := range r.cfg.onLoose {
			f(p)
		}
	}
	return result
}
