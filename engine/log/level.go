package log

import "log/syslog"

// The log levels (cookbook "debug"). A line is logged when its level is not
// above the logger's; LevelNone as the logger's level logs nothing.
const (
	LevelNone   = -6
	LevelAlert  = -5
	LevelBug    = -4
	LevelCrit2  = -3
	LevelCrit   = -2
	LevelErr    = -1
	LevelWarn   = 0
	LevelNotice = 1
	LevelInfo   = 2
	LevelDebug  = 3
)

// levels are the names, syslog severities and terminal colours from LevelAlert up.
var levels = [...]struct {
	name     string
	severity syslog.Priority
	colour   string
}{
	{"ALERT", syslog.LOG_ALERT, "\x1b[37;41m"},
	{"BUG", syslog.LOG_CRIT, "\x1b[30;43m"},
	{"CRITICAL", syslog.LOG_CRIT, "\x1b[35m"},
	{"CRITICAL", syslog.LOG_CRIT, "\x1b[35m"},
	{"ERROR", syslog.LOG_ERR, "\x1b[31m"},
	{"WARNING", syslog.LOG_WARNING, "\x1b[33m"},
	{"NOTICE", syslog.LOG_NOTICE, "\x1b[36m"},
	{"INFO", syslog.LOG_INFO, "\x1b[32m"},
	{"DEBUG", syslog.LOG_DEBUG, ""},
}

// index is a level's place in levels; levels outside take the nearest.
func index(level int) int { return min(max(level-LevelAlert, 0), len(levels)-1) }

// LevelName is the name that a line of the level carries: "ERROR", "INFO", ….
func LevelName(level int) string { return levels[index(level)].name }

// Class says what a line is about. The limit on lines counts each class of one
// source by itself.
type Class uint8

// The classes.
const (
	// ClassServer is about the server: start, stop, configuration, modules.
	ClassServer Class = iota
	// ClassMessage is about a message that could not be processed as it should.
	ClassMessage
	// ClassTransport is about sockets and connections.
	ClassTransport
	// ClassScript is what the script itself logs (log, xlog). Only the limit on
	// all bytes holds for it: how much a script says is its author's choice.
	ClassScript
	// ClassAccount is a record of accounting, which somebody may make a bill of. No
	// limit holds for it, and a part of each ring is kept free for it.
	ClassAccount
	classes
)

var classNames = [classes]string{"server", "message", "transport", "script", "account"}

// String is the class's name.
func (c Class) String() string {
	if c < classes {
		return classNames[c]
	}
	return "other"
}
