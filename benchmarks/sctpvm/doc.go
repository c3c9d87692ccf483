// Package sctpvm runs the server on a kernel that has SCTP, whatever the machine's own has: Debian's cloud kernel in a virtual
// machine (qemu-system-x86_64, software emulation), with nothing but the server, SIPp and a test program of our own (package
// guest) in an initramfs. The test program is the machine's init: it loads the kernel's sctp module, starts the server with
// scripts, talks to it over SCTP and UDP, and prints a line for each check.
//
// Start at Run. What cannot be had (no qemu, no network to get the kernel by) is Missing, not a failure.
package sctpvm
