//go:build race || debugpool

package rows

import "testing"

// The server in the virtual machine is another program: it is not what the race
// detector and the poisoned memory look at.
func sctpCases(*testing.T) []streamCase { return nil }
