// Package machine says on what class of machine figures were taken: enough to read them by, nothing that names the machine.
package machine

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// Describe is one line: date, cores, processor type, kernel release, Go release.
func Describe() string {
	kernel := runtime.GOOS
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		release, _, _ := strings.Cut(strings.TrimSpace(string(text)), "-") // what follows is the name of a build
		kernel += " " + release
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s%s", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(),
		runtime.GOARCH, kernel, runtime.Version(), processor())
}

// processor is the model that Linux names, or nothing.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	return model(string(text))
}

func model(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return ", " + strings.TrimSpace(value)
		}
	}
	return ""
}
