// Package build makes the program under test from the tree, so that what is measured is what stands there.
package build

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Sipedge builds the server as it is shipped (without cgo, paths trimmed) into a scratch directory and returns its path and a
// function that removes it. The working directory is inside the module.
func Sipedge(ctx context.Context) (path string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "sipedge-bin-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) } // a scratch directory left behind harms nobody
	path = filepath.Join(dir, "sipedge")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "sipedge/cmd/sipedge")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		remove()
		return "", nil, fmt.Errorf("build of sipedge: %w\n%s", err, out)
	}
	return path, remove, nil
}
