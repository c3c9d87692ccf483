// Package siputils is the module siputils: small tests of messages, URIs and
// numbers. message.go holds the tests of the message, uri.go and uriparam.go those of URIs and
// their parameters, number.go those of user parts and numbers; options.go answers OPTIONS, contact.go
// hides contacts, tel.go is about tel URIs, GRUUs and dates.
package siputils

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// source names where the functions are described.
const source = "Kamailio module siputils"

// Module is the descriptor of siputils.
func Module() *registry.Module {
	m := &registry.Module{Name: "siputils", Doc: "Tests of messages, URIs and numbers.", NewConfig: newConfig, Params: params, Check: check}
	for _, group := range [][]registry.Function{messageFunctions(), uriFunctions(), uriParamFunctions(), numberFunctions(), optionsFunctions(), contactFunctions(), telFunctions()} {
		m.Functions = append(m.Functions, group...)
	}
	return m
}

// truth is a script's true or false.
func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}

// text is the value of an expression as bytes.
func text(c *rt.Ctx, x rt.Expr) []byte { return c.Bytes(c.Str(x(c))) }

// name is the constant text of argument i, a parameter's or option's name.
func name(args []registry.Actual, i int, function string) ([]byte, error) {
	s, _ := arg.Const(&args[i])
	if s == "" {
		return nil, arg.Error(i, "%s: the name is empty", function)
	}
	return []byte(s), nil
}
