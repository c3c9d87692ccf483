package websocket

const (
	// defaultKeepaliveTimeout and defaultKeepaliveInterval are Kamailio's, seconds.
	defaultKeepaliveTimeout  = 180
	defaultKeepaliveInterval = 1
	// maxSeconds bounds both: a day.
	maxSeconds = 86400
	// maxProcesses is how large keepalive_processes may be; nothing depends on it.
	maxProcesses = 1000
	// minStatus and maxStatus are what ws_close() takes (RFC 6455 §7.4.2).
	minStatus = 1000
	maxStatus = 4999
	// levelErr, levelWarn and levelInfo are Kamailio's L_ERR, L_WARN and L_INFO.
	levelErr  = -1
	levelWarn = 0
	levelInfo = 2
)
