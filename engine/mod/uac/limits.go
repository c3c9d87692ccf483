package uac

const (
	levelErr  = -1
	levelWarn = 0
	// maxPending bounds the requests of uac_req_send() on one loop whose reply is
	// awaited.
	maxPending = 1 << 16
	// maxAnswers bounds the challenges to one request of uac_req_send() that are
	// answered: the first, and one that says stale=true.
	maxAnswers = 2
	// maxURI bounds a URI that is replaced or restored, in bytes.
	maxURI = 1024
)
