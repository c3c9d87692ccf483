// Command sipedge runs a Kamailio routing script as a SIP server. It takes
// Kamailio's command line and adds nothing to it that a script or a service file
// would have to know. Beside it stand sipedge fmt (fmt.go), which formats
// scripts, sipedge doc (manual.go), which prints the reference, and sipedge tls
// (tlsinit.go), which makes certificates to begin with.
//
// main.go decides what to do: help, version, a check (check.go) or serving
// (serve.go). options.go holds the options as a table, script.go finds the
// script, daemon.go goes to the background, signals.go waits for the end,
// privileges.go, pidfile.go and rlimits.go do what an operator expects of a
// server's process. Everything that is SIP is in engine/core.
//
// Exit status: 0 after a good check or a clean stop, 255 after any error, as
// Kamailio's.
package main
