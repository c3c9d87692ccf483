package rr

// levelErr and levelWarn are log levels (cookbook "debug").
const (
	levelErr  = -1
	levelWarn = 0
)
