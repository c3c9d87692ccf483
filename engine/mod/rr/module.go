// Package rr is the module rr: it keeps the server in the path of a dialog
// (Record-Route, RFC 3261 §16.6 step 4) and routes the dialog's later requests
// by their Route headers (§16.4, §16.12), with strict routers on either side.
//
// Start with loose.go, which reads Route headers, and record.go, which writes
// Record-Route headers once the socket that a request leaves by is known.
// direction.go answers what the script asks about the Route header of its own.
package rr

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

const recordRoutes = rt.RequestRoute | rt.BranchRoute | rt.FailureRoute

// Module is the descriptor of rr.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "rr",
		Doc:       "Record-routing and routing by Route headers.",
		NewConfig: newConfig,
		Params:    params,
		Functions: append(looseFunctions(), recordFunctions()...),
		PVs: []registry.PV{{
			Name: "route_uri", Doc: "URI of the first Route header, as received.", Source: "Kamailio module rr",
			Bind: bindRouteURI,
		}},
	}
}

func looseFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "loose_route", Routes: rt.RequestRoute, Bare: true,
			Doc: "Routes a request by its Route headers, also to and from strict routers. 1: routed, -1: no usable " +
				"Route header, -3: a request out of dialog whose Route headers named this server alone.",
			Source:  "RFC 3261 §16.4, §16.12",
			Compile: compileLoose(modeAny),
		},
		{
			Name: "loose_route_mode", Routes: rt.RequestRoute,
			Args:    []registry.Arg{{Name: "mode", Kind: registry.ArgStatic}},
			Doc:     "loose_route(); with mode 1 the previous hop is never taken for a strict router.",
			Source:  "RFC 3261 §16.4, §16.12",
			Compile: compileLooseMode,
		},
		{
			Name: "loose_route_preloaded", Routes: rt.RequestRoute,
			Doc:     "Routes a request out of dialog by its Route headers; false within a dialog and without Route header.",
			Source:  "RFC 3261 §16.4, §16.12",
			Compile: compileLoose(modePreloaded),
		},
		{
			Name: "check_route_param", Routes: rt.RequestRoute | rt.FailureRoute | rt.BranchRoute,
			Args:    []registry.Arg{{Name: "re", Kind: registry.ArgRegex}},
			Doc:     "True if the parameters of our own Route URI, which loose_route() has taken, match.",
			Source:  "Kamailio module rr",
			Compile: compileCheckRouteParam,
		},
		{
			Name: "is_direction", Routes: rt.RequestRoute | rt.FailureRoute | rt.BranchRoute,
			Args:    []registry.Arg{{Name: "dir", Kind: registry.ArgStatic}},
			Doc:     "True if a request within a dialog goes upstream (to the caller) or downstream, told by ftag.",
			Source:  "Kamailio module rr",
			Compile: compileIsDirection,
		},
		{
			Name: "rr_next_hop_route", Routes: rt.AnyRoute,
			Doc:     "True if loose_route() has taken the next hop from a Route header.",
			Source:  "Kamailio module rr",
			Compile: compileNextHop,
		},
	}
}

func recordFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "record_route", Routes: recordRoutes, Bare: true,
			Args: []registry.Arg{{Name: "params", Kind: registry.ArgFormat, Optional: true}},
			Doc: "Adds a Record-Route header with the address of the socket that the request leaves by; two where " +
				"it came in by another one. params are added to the URI.",
			Source:  "RFC 3261 §16.6 step 4",
			Compile: compileRecordRoute,
		},
		{
			Name: "record_route_preset", Routes: recordRoutes,
			Args: []registry.Arg{
				{Name: "address", Kind: registry.ArgFormat},
				{Name: "address2", Kind: registry.ArgFormat, Optional: true},
			},
			Doc:     "Adds a Record-Route header with this address and parameters; the second is the inbound side's.",
			Source:  "Kamailio module rr",
			Compile: compilePreset,
		},
		{
			Name: "record_route_advertised_address", Routes: recordRoutes,
			Args:    []registry.Arg{{Name: "address", Kind: registry.ArgFormat}},
			Doc:     "Adds a Record-Route header with this address; two with their transport where that changes.",
			Source:  "Kamailio module rr",
			Compile: compileAdvertised,
		},
		{
			Name: "add_rr_param", Routes: recordRoutes,
			Args:    []registry.Arg{{Name: "param", Kind: registry.ArgFormat}},
			Doc:     "Adds ;name=value to the URI of the Record-Route headers, before or after record_route().",
			Source:  "Kamailio module rr",
			Compile: compileAddParam,
		},
		{
			Name: "remove_record_route", Routes: rt.RequestRoute | rt.FailureRoute,
			Doc:     "Takes back record_route() and its kin.",
			Source:  "Kamailio module rr",
			Compile: compileRemove,
		},
	}
}
