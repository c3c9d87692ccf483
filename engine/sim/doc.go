// Package sim runs a stateful server against models of phones on a network that
// loses, doubles, reorders and delays, in virtual time: hundreds of calls of one
// seed, cancelled, forked, tried one after the other, answered late or never,
// through a script that waits in the middle of things. Afterwards it tells every
// rule of RFC 3261 that the server broke, and everything that it forgot to clean
// up. The same seed gives the same run.
//
// Run (run.go) is one seed. The models are in uac.go (who calls) and uas.go (who
// is called), what a seed's calls are is plan.go, and what is looked at while the
// datagrams pass is watch.go. The script is script.cfg.
//
// The models share no code with the server: they read and write messages by
// themselves (message.go), so that a mistake of the parser is no excuse.
package sim
