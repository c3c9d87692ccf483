package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pborman/getopt/v2"

	"sipedge/engine/params"
	"sipedge/script/registry"
)

// options is a command line.
type options struct {
	config  string // -f as given; "-" for standard input, "" for the built-in script
	check   bool
	json    bool // --json, with -c
	print   bool // --cfg-print
	help    bool
	version bool
	details bool // -I

	daemonize int // how many -D were given
	noFork    bool
	stderr    bool
	colours   bool

	defines []string
	prelude []string // lines that stand before the script
	pidFile string
	pgFile  string

	overrides []func(*params.Core) // what wins over the script
	notes     []string             // options that do nothing here, and why
}

// option is one row of the command line's table.
type option struct {
	short rune   // 0 for none
	long  string // "" for none
	param string // name of the argument in the help; "" for a switch
	help  string
	set   func(o *options, value string) error
}

// parseOptions reads the command line, args[0] being the program's name. Its
// error is one line that names the option.
func parseOptions(args []string) (*options, error) {
	o := &options{}
	set := getopt.New()
	for _, row := range optionTable() {
		v := &optionValue{o: o, row: row}
		if row.param == "" {
			set.FlagLong(v, row.long, row.short, row.help).SetFlag()
		} else {
			set.FlagLong(v, row.long, row.short, row.help, row.param)
		}
	}
	for {
		if err := set.Getopt(args, nil); err != nil {
			return nil, optionError(err, "-h")
		}
		rest := set.Args()
		if len(rest) == 0 {
			if o.json && !o.check {
				return nil, fmt.Errorf("option --json goes with -c: it prints what the check finds")
			}
			return o, nil
		}
		// "-D 1" is an old way to say "-D": the number does not belong to the
		// option for getopt.
		before := args[len(args)-len(rest)-1]
		n, err := strconv.Atoi(rest[0])
		if err != nil || n < 0 || n > 3 || !strings.HasPrefix(before, "-") || !strings.HasSuffix(before, "D") {
			return nil, fmt.Errorf("unexpected argument %q; -h lists the options", rest[0])
		}
		o.daemonize = n
		args = append([]string{args[0]}, rest[1:]...)
	}
}

// optionError puts the library's errors into one form; help lists the options.
func optionError(err error, help string) error {
	var e *getopt.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.ErrorCode {
	case getopt.UnknownOption:
		return fmt.Errorf("unknown option %s; %s lists the options", e.Name, help)
	case getopt.MissingParameter:
		return fmt.Errorf("option %s needs an argument; %s lists the options", e.Name, help)
	case getopt.ExtraParameter:
		return fmt.Errorf("option %s takes no argument", e.Name)
	}
	return fmt.Errorf("option %s: %w", e.Name, e.Err)
}

// optionValue lets the library call a row's set.
type optionValue struct {
	o   *options
	row option
}

func (v *optionValue) Set(value string, _ getopt.Option) error { return v.row.set(v.o, value) }
func (v *optionValue) String() string                          { return "" }

// param makes an option's set from a core parameter: the value is checked as in
// a script and wins over the script's.
func param(name string) func(*options, string) error {
	return func(o *options, value string) error {
		row, v, err := paramValue(name, value)
		if err != nil {
			return err
		}
		if err := row.Set(params.New(), v); err != nil {
			return err
		}
		o.overrides = append(o.overrides, func(c *params.Core) {
			_ = row.Set(c, v) // it was good when it was tried above
		})
		return nil
	}
}

// fixed is param for a switch.
func fixed(name, value string) func(*options, string) error {
	set := param(name)
	return func(o *options, _ string) error { return set(o, value) }
}

// paramValue finds a parameter's row and gives value its type.
func paramValue(name, value string) (*registry.Param, registry.ParamValue, error) {
	rows := params.Rows()
	for i := range rows {
		if rows[i].Name != name {
			continue
		}
		if rows[i].Type != registry.ParamInt {
			return &rows[i], registry.StrValue(value), nil
		}
		n, err := strconv.ParseInt(value, 0, 64)
		if err != nil {
			return nil, registry.ParamValue{}, fmt.Errorf("takes a number, not %q", value)
		}
		return &rows[i], registry.IntValue(n), nil
	}
	return nil, registry.ParamValue{}, fmt.Errorf("there is no parameter %q", name)
}

// override applies the command line to a configuration that a script has filled.
func (o *options) override(c *params.Core) {
	for _, f := range o.overrides {
		f(c)
	}
	if o.noFork || o.daemonize == 1 || o.daemonize == 2 {
		c.Fork = false
	}
	if o.stderr {
		c.LogStderror = true
	}
	if o.colours {
		c.LogColor = 1
	}
}

// noEffect makes the set of an option that has no equivalent.
func noEffect(why string, check func(string) error) func(*options, string) error {
	return func(o *options, value string) error {
		if check != nil {
			if err := check(value); err != nil {
				return err
			}
		}
		o.notes = append(o.notes, why)
		return nil
	}
}

func isNumber(s string) error {
	if _, err := strconv.ParseUint(s, 10, 63); err != nil {
		return fmt.Errorf("takes a number, not %q", s)
	}
	return nil
}
