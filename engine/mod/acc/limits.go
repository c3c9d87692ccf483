package acc

const (
	// levelErr, levelWarn and levelNotice are log levels (cookbook "debug").
	levelErr    = -1
	levelWarn   = 0
	levelNotice = 1
	// noFlag is a flag parameter that is not set.
	noFlag = -1
	// maxFlag is the highest message flag.
	maxFlag = 31
	// maxFields bounds the fields of log_extra; Kamailio's default is 64 (acc_extra_size).
	maxFields = 256
	// maxLegs bounds the legs of one call that are written; Kamailio's is 16, too.
	maxLegs = 16
	// maxAnswered bounds the answered calls of one loop whose ACK is awaited
	// (report_ack). The ACKs of calls beyond it are not accounted.
	maxAnswered = 1 << 18
)
