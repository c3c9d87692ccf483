package corex

import "time"

const (
	// maxXFlag is the largest number of an extended flag, as in Kamailio.
	maxXFlag = 63
	// fileWithin bounds the time for reading or writing a file.
	fileWithin = 5 * time.Second
	// maxFile is the size in bytes up to which a file is read: what leaves room in
	// the message's strings.
	maxFile = 64 << 10
	// levelErr is the log level of errors (cookbook "debug").
	levelErr = -1
)
