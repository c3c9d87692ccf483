package xlog

const (
	// maxLine is buf_size where the script says nothing, in bytes, as in Kamailio.
	maxLine = 4096
	// minLine and maxBufSize bound buf_size.
	minLine    = 64
	maxBufSize = 64 << 10

	// defaultPrefix is Kamailio's.
	defaultPrefix = "<script>: "

	// Log levels (cookbook "debug").
	levelErr   = -1
	levelDebug = 3
)
