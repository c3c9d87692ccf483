package regex

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

// load reads the file of groups, once for a configuration.
func (c *Config) load() error {
	if c.loaded || c.File == "" {
		return nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("the file of groups: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return fmt.Errorf("the file of groups: %w", err)
	}
	if len(text) > maxFile {
		return fmt.Errorf("the file of groups %s is larger than %d bytes", c.File, maxFile)
	}
	if c.groups, err = c.parse(string(text)); err != nil {
		return err
	}
	c.loaded = true
	return nil
}

// parse reads groups: a line that begins with [ starts one, whatever is written
// behind it; a line that begins with white space or #, and an empty one, means
// nothing; any other is a pattern. A group matches if one of its patterns does.
func (c *Config) parse(text string) ([]*regexp.Regexp, error) {
	var groups []*regexp.Regexp
	var patterns []string
	var errs []error
	size, began := 0, false
	finish := func() {
		if !began {
			return
		}
		var re *regexp.Regexp
		if len(patterns) > 0 {
			var err error
			if re, err = compile("("+strings.Join(patterns, ")|(")+")", c.options); err != nil && len(errs) == 0 {
				errs = append(errs, fmt.Errorf("%s: group %d: %w", c.File, len(groups), err))
			}
		}
		groups, patterns, size = append(groups, re), nil, 0
	}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		switch {
		case line == "" || line[0] == ' ' || line[0] == '\t' || line[0] == '#':
		case line[0] == '[':
			finish()
			began = true
			if int64(len(groups)) == c.MaxGroups {
				return nil, fmt.Errorf("%s:%d: more than %d groups; raise max_groups", c.File, i+1, c.MaxGroups)
			}
		case !began:
			errs = append(errs, fmt.Errorf("%s:%d: the pattern %q stands before the first group; expected a line such as [0]", c.File, i+1, line))
		default:
			if size += len(line); int64(size) > c.GroupMaxSize {
				return nil, fmt.Errorf("%s:%d: group %d is larger than %d bytes; raise group_max_size", c.File, i+1, len(groups), c.GroupMaxSize)
			}
			if _, err := compile(line, c.options); err != nil {
				errs = append(errs, fmt.Errorf("%s:%d: %w", c.File, i+1, err))
			}
			patterns = append(patterns, line)
		}
	}
	finish()
	return groups, errors.Join(errs...)
}
