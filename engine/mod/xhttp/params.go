package xhttp

import (
	"fmt"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	// URLMatch and URLSkip are regular expressions; empty for none.
	URLMatch, URLSkip string

	match, skip registry.Matcher
}

func newConfig() any { return &Config{} }

var params = []registry.Param{
	{
		Name: "url_match", Type: registry.ParamString, Reloadable: true, Source: source,
		Doc:   "Only requests whose URL this regular expression matches are served; the others get 404. Empty: all are.",
		Field: func(cfg any) any { return &cfg.(*Config).URLMatch },
	},
	{
		Name: "url_skip", Type: registry.ParamString, Reloadable: true, Source: source,
		Doc:   "Requests whose URL this regular expression matches are not served; it is looked at before url_match.",
		Field: func(cfg any) any { return &cfg.(*Config).URLSkip },
	},
}

// started tells the operator when there is no block that answers requests.
func started(host, _ any) {
	s := host.(*core.Server)
	if s.Snapshot().Block(rt.EventRoute, requestEvent) == nil {
		s.Log().Printf(levelWarn, "xhttp: there is no event_route[%s]; requests of HTTP get 404", requestEvent)
	}
}

// program compiles the expressions.
func program(b registry.Build, cfg any) error {
	c := cfg.(*Config)
	for _, x := range []struct {
		name, text string
		to         *registry.Matcher
	}{{"url_match", c.URLMatch, &c.match}, {"url_skip", c.URLSkip, &c.skip}} {
		if x.text == "" {
			continue
		}
		m, err := b.Regex(x.text, false)
		if err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		*x.to = m
	}
	return nil
}

// HTTPBlock implements core.HTTPService.
func (c *Config) HTTPBlock(p *core.Proc) rt.Op {
	url := p.Index.URISpan().Of(p.Msg)
	if c.skip != nil && c.skip.Match(url) || c.match != nil && !c.match.Match(url) {
		return nil
	}
	return p.Snapshot().Block(rt.EventRoute, requestEvent)
}
