package rr

import (
	"slices"
	"sync/atomic"

	"sipedge/engine/core"
	"sipedge/script/value"
)

// API is what other modules use rr by. It lives as long as the server; its
// methods may be called from any goroutine.
type API struct {
	routed atomic.Pointer[[]func(p *core.Proc, params []byte)]
	params atomic.Pointer[[]func(p *core.Proc)]
}

// Of is the server's rr, for modules that require it. host is the *core.Server
// that Prepare gets.
func Of(host any) *API {
	return host.(*core.Server).Live("rr.api", func() any { return &API{} }).(*API)
}

// OnRouted has f called for each request that loose_route() has routed and whose
// Route header named this server. params are the parameters of that URI with
// their first semicolon, good until f returns. A module calls it once.
func (a *API) OnRouted(f func(p *core.Proc, params []byte)) { push(&a.routed, f) }

// AddParams has f called for each Record-Route URI that is written, to append
// parameters of its own (";name=value") to the arena of p. A module calls it once.
func (a *API) AddParams(f func(p *core.Proc)) { push(&a.params, f) }

// Parameter is the value of a parameter in ";name=value;…", nil for none; name in
// lower case.
func Parameter(params []byte, name string) []byte { return parameterValue(params, name) }

func (a *API) tell(p *core.Proc, params value.Value) {
	all := a.routed.Load()
	if all == nil || params.IsUndef() {
		return
	}
	for _, f := range *all {
		f(p, p.Bytes(params))
	}
}

func (a *API) appendParams(p *core.Proc) {
	if all := a.params.Load(); all != nil {
		for _, f := range *all {
			f(p)
		}
	}
}

// push appends to a list that loops read without a lock.
func push[F any](list *atomic.Pointer[[]F], f F) {
	for {
		old := list.Load()
		var all []F
		if old != nil {
			all = slices.Clone(*old)
		}
		all = append(all, f)
		if list.CompareAndSwap(old, &all) {
			return
		}
	}
}
