package corefuncs

// Log levels of Kamailio that functions use (cookbook "debug").
const (
	levelErr    = -1
	levelNotice = 1
	// levelSilent is log()'s level with one argument (decisions: as in 3.1).
	levelSilent = 4
)

// maxFlag is the highest flag of a message (cookbook "isflagset").
const maxFlag = 31

// logPrefix stands before the lines that a script writes.
const logPrefix = "<script>: "
