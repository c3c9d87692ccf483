package machine

import (
	"os"
	"strings"
	"testing"
)

func TestModelIsTheFirstProcessors(t *testing.T) {
	if got := model("processor\t: 0\nmodel name\t: One @ 2 GHz\n\nmodel name\t: Two\n"); got != ", One @ 2 GHz" {
		t.Errorf("got %q", got)
	}
	if got := model("processor : 0\n"); got != "" {
		t.Errorf("without a model: %q", got)
	}
}

func TestDescriptionDoesNotNameTheMachine(t *testing.T) {
	host, err := os.Hostname()
	if err != nil || host == "" || host == "localhost" {
		t.Skip("the machine has no name of its own")
	}
	if line := Describe(); strings.Contains(line, host) {
		t.Errorf("%q holds the host's name", line)
	}
}
