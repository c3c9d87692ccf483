package main

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/log"
	"sipedge/engine/mod"
	"sipedge/engine/params"
)

// builtin is the script that runs without -f.
//
//go:embed default.cfg
var builtin []byte

// The names by which errors speak of texts that are no files.
const (
	builtinName = "default.cfg (built in)"
	stdinName   = "standard input"
	preludeName = "command line"
)

// source is the script to run.
type source struct {
	path     string // as errors name it
	text     []byte // nil: the file at path
	readFile func(string) ([]byte, error)
	// again says why the script cannot be read again, "" where it can.
	again string
}

// source finds the script that the command line names. An unreadable one is an
// error that says what to do.
func (o *options) source(stdin io.Reader) (*source, error) {
	s := &source{path: o.config, readFile: os.ReadFile}
	switch o.config {
	case "":
		s.path, s.text, s.again = builtinName, builtin, "it is built in; -f names a script"
	case "-":
		text, err := io.ReadAll(stdin)
		if err != nil {
			return nil, fmt.Errorf("reading the script from standard input: %w", err)
		}
		s.path, s.text, s.again = stdinName, text, "it came from standard input"
	default:
		if err := readable(o.config); err != nil {
			return nil, err
		}
		if !o.check && !o.print {
			// The working directory may change before it is read again.
			path, err := filepath.Abs(o.config)
			if err != nil {
				return nil, err
			}
			s.path = path
		}
	}
	if len(o.prelude) > 0 {
		s.put(o.prelude)
	}
	return s, nil
}

// readable tries the file, so that the error is one line with advice instead of
// a diagnostic without a place.
func readable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("cannot read the script: %w; check the path given with -f and the file's permissions", err)
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.IsDir() {
		return fmt.Errorf("cannot read the script: %s is a directory; -f takes a file", path)
	}
	return nil
}

// put lets lines from the command line stand before the script. They are a file
// of their own that includes it, so that positions in the script stay true.
func (s *source) put(lines []string) {
	inner, text, read := s.path, s.text, s.readFile
	prelude := []byte(strings.Join(lines, "\n") + "\ninclude_file " + quote(inner) + "\n")
	s.path, s.text = preludeName, nil
	s.readFile = func(name string) ([]byte, error) {
		switch {
		case name == preludeName:
			return prelude, nil
		case name == inner && text != nil:
			return text, nil
		}
		return read(name)
	}
}

// coreOptions are what the engine needs to know of the command line. keep gets
// every configuration that is made, before it is known to be good.
func (o *options) coreOptions(s *source, logger *log.Logger, keep func(*params.Core)) core.Options {
	return core.Options{
		Core:     mod.Core(),
		Modules:  mod.All(),
		Logger:   logger,
		Defines:  o.defines,
		ReadFile: s.readFile,
		Override: func(c *params.Core) {
			o.override(c)
			if o.config == "" && len(c.Listen) == 0 {
				c.Listen = []string{builtinListen}
			}
			keep(c)
		},
	}
}

// builtinListen is where the built-in script listens unless -l says otherwise:
// on no address that others can reach, since it forwards for everybody.
const builtinListen = "udp:127.0.0.1:5060"
