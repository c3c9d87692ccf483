// Package tlsconf makes the settings of TLS connections: it reads tls.cfg (parse.go)
// and the files that it names (load.go), and gives each connection the tls.Config of
// its profile (store.go): for one that was accepted by the listen address and then by
// the name that the client asks for, for one that is opened by the destination.
//
// Certificates of peers are verified here (verify.go, crl.go) rather than by
// crypto/tls, since Kamailio's profiles know more ways than its ClientAuth, and so
// that the reason can be told.
//
// A Store does not change; a new configuration makes another one, and what goes on
// being used, the keys of session tickets (tickets.go), is handed to it. The package
// knows no script and no socket.
package tlsconf
