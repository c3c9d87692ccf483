// Package ipops is the module ipops: tests and comparisons of IP addresses.
//
// parse.go reads addresses, types.go names their kinds, subnet.go compares them
// with networks, funcs.go holds the functions and hostname.go the variable $HN.
package ipops

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// source names where the functions are described.
const source = "Kamailio module ipops"

// Module is the descriptor of ipops.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "ipops",
		Doc:       "Tests and comparisons of IP addresses.",
		PVs:       hostNameVars(),
		Functions: functions(),
	}
}

func functions() []registry.Function {
	return []registry.Function{
		test("is_ip", "True if the text is an IPv4 address, an IPv6 address, or one in brackets.", func(k kind) bool { return k != notIP }),
		test("is_pure_ip", "True if the text is an IPv4 or IPv6 address without brackets.", func(k kind) bool { return k == ipv4 || k == ipv6 }),
		test("is_ipv4", "True if the text is an IPv4 address.", func(k kind) bool { return k == ipv4 }),
		test("is_ipv6", "True if the text is an IPv6 address without brackets.", func(k kind) bool { return k == ipv6 }),
		test("is_ipv6_reference", "True if the text is an IPv6 address in brackets.", func(k kind) bool { return k == ipv6Reference }),
		{
			Name: "ip_type", Routes: rt.AnyRoute, Source: source,
			Args:    []registry.Arg{address("ip")},
			Doc:     "1 for an IPv4 address, 2 for an IPv6 address, 3 for one in brackets, -1 for none of these.",
			Compile: compileType,
		},
		detailed("detailed_ip_type", "an IPv4 or IPv6 address, with or without brackets", func(k kind) bool { return k != notIP }),
		detailed("detailed_ipv4_type", "an IPv4 address", func(k kind) bool { return k == ipv4 }),
		detailed("detailed_ipv6_type", "an IPv6 address, with or without brackets", func(k kind) bool { return k == ipv6 || k == ipv6Reference }),
		pair("compare_ips", "True if both texts are the same address; brackets do not matter.", func(kind) bool { return true }),
		pair("compare_pure_ips", "True if both texts are the same address, neither in brackets.", func(k kind) bool { return k != ipv6Reference }),
		{
			Name: "is_ip_rfc1918", Routes: rt.AnyRoute, Source: source + "; RFC 1918 §3",
			Args:    []registry.Arg{address("ip")},
			Doc:     "True if the text is an IPv4 address of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
			Compile: compilePrivate,
		},
		{
			Name: "is_in_subnet", Routes: rt.AnyRoute, Source: source,
			Args: []registry.Arg{address("ip"), {Name: "networks", Kind: registry.ArgFormat}},
			Doc: "True if the address, without brackets, is in one of the networks: addresses or address/bits, separated by commas. " +
				"What is no network never matches.",
			Compile: compileSubnet,
		},
	}
}

func address(name string) registry.Arg { return registry.Arg{Name: name, Kind: registry.ArgFormat} }

// truth is a script's true or false.
func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}
