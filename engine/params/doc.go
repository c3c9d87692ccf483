// Package params holds the core parameters: every parameter of the cookbook and
// the newer spellings that scripts in use need, each as one row of a table.
//
// A group of parameters is one file: a struct with a field per parameter and the
// rows beside it (sockets.go, process.go, logging.go, routing.go, dns.go, tcp.go,
// …). Core embeds the groups; New makes one with every default set and Rows
// describes all of it to the checker, the reload, the manual and the server.
// Adding a parameter is one field and one row.
//
// A row whose behaviour is not served says so in its Note, which is logged when
// a script sets it; a test holds that every other field is read somewhere.
//
// listen.go and alias.go parse what the script says about addresses, expand.go
// turns that into the addresses to bind. The package knows no sockets itself.
package params
