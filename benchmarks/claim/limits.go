package claim

import "time"

const (
	// testTimeout is how long the tests of one claim may take, the slowest under the race detector on a busy machine included.
	testTimeout = 10 * time.Minute
	// commandTimeout is the same for a program.
	commandTimeout = 15 * time.Minute
	// outputDelay is how long a program's children may hold its output open after it ended.
	outputDelay = 2 * time.Second
	// detailLimit is how many bytes of output the report shows of a claim that is not held.
	detailLimit = 4000
)
