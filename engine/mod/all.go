// Package mod lists the modules that scripts can load, and the rows of the
// core that need no module. The server takes both as descriptors; nothing else
// knows which modules exist.
package mod

import (
	"sipedge/engine/corefuncs"
	"sipedge/engine/mod/acc"
	"sipedge/engine/mod/avpops"
	"sipedge/engine/mod/blst"
	"sipedge/engine/mod/cfgutils"
	"sipedge/engine/mod/corex"
	"sipedge/engine/mod/dialog"
	"sipedge/engine/mod/htable"
	"sipedge/engine/mod/ipops"
	"sipedge/engine/mod/kex"
	"sipedge/engine/mod/maxfwd"
	"sipedge/engine/mod/path"
	"sipedge/engine/mod/pv"
	"sipedge/engine/mod/regex"
	"sipedge/engine/mod/rr"
	"sipedge/engine/mod/siputils"
	"sipedge/engine/mod/sl"
	"sipedge/engine/mod/textops"
	"sipedge/engine/mod/textopsx"
	"sipedge/engine/mod/tls"
	"sipedge/engine/mod/tm"
	"sipedge/engine/mod/tmx"
	"sipedge/engine/mod/uac"
	"sipedge/engine/mod/uac_redirect"
	"sipedge/engine/mod/websocket"
	"sipedge/engine/mod/xhttp"
	"sipedge/engine/mod/xlog"
	"sipedge/engine/params"
	scriptpv "sipedge/script/pv"
	"sipedge/script/registry"
)

// All are the descriptors of all modules, in the order of their names.
func All() []*registry.Module {
	return []*registry.Module{
		acc.Module(),
		avpops.Module(),
		blst.Module(),
		cfgutils.Module(),
		corex.Module(),
		dialog.Module(),
		htable.Module(),
		ipops.Module(),
		kex.Module(),
		maxfwd.Module(),
		path.Module(),
		pv.Module(),
		regex.Module(),
		rr.Module(),
		siputils.Module(),
		sl.Module(),
		textops.Module(),
		textopsx.Module(),
		tls.Module(),
		tm.Module(),
		tmx.Module(),
		uac.Module(),
		uac_redirect.Module(),
		websocket.Module(),
		xhttp.Module(),
		xlog.Module(),
	}
}

// Core is what every script can use: parameters, functions, pseudo-variables,
// transformations, keywords and selects.
func Core() registry.Core {
	return registry.Core{
		NewConfig:       func() any { return params.New() },
		Params:          params.Rows(),
		Functions:       corefuncs.Functions(),
		PVs:             scriptpv.Vars(),
		Transformations: scriptpv.Transformations(),
		Keywords:        scriptpv.Keywords(),
		Selects:         scriptpv.Selects(),
	}
}
