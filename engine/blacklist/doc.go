// Package blacklist remembers destinations that failed, for a while, so that
// nothing is sent to them (cookbook: use_dst_blacklist; Kamailio 5.5 spells it
// dst_blocklist).
//
// A List is a table of transport, address and port in memory of a fixed size. A
// destination is put on it when a send to it fails, a connection cannot be made, an
// ICMP error or a time-out says that nobody is there, it answers 503, or the operator
// says so; masks per transport leave out causes. Looking a destination up takes one
// short lock of one shard and allocates nothing, so that loops may do it before
// every send. The package knows addresses and times, neither messages nor sockets.
package blacklist
