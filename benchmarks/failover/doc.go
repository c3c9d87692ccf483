// Package failover proves with real programs on real sockets that a call finds the one
// target of a name that lives: SIPp calls a name whose SRV records lead to a closed UDP port, a
// refused TCP port and another SIPp. The name server is the tests' own (engine/dns/dnstest).
package failover
