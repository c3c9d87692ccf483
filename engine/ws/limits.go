package ws

const (
	// MaxHeader is the longest header of a frame that is sent here: without a mask
	// and with 65535 bytes at most.
	MaxHeader = 4
	// MaxControl is the longest payload of a control frame (RFC 6455 §5.5).
	MaxControl = 125
	// MaxReason is the longest reason of a close: its status takes two bytes.
	MaxReason = MaxControl - 2
	// MaxMessage is the longest message, in bytes, whatever is configured.
	MaxMessage = 65535
	// MaxFrames is how many frames one message may be spread over: each costs a
	// little, and empty ones would never come to an end.
	MaxFrames = 1024
	// firstPiece is the memory that a message in several frames begins with, bytes.
	firstPiece = 2048
)
