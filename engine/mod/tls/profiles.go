package tls

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/params"
	"sipedge/engine/tlsconf"
	"sipedge/script/registry"
)

// load makes the settings of a configuration: of tls.cfg, or of the parameters.
// Everything that they name is read here, so that a file which cannot be used makes
// the check of the script fail, and a reload too.
func load(b registry.Build, config any) error {
	c := cfg(config)
	base := b.Config("").(*params.Core)
	if c.off = !base.TLSOn(); c.off {
		return nil
	}
	src := tlsconf.Source{Dir: ".", Now: time.Now()}
	tickets := &tlsconf.Tickets{}
	if s, ok := b.Host().(*core.Server); ok && s != nil {
		src.Dir, tickets = s.Dir(), s.Tickets()
	}
	sections := c.sections(base)
	if c.Config != "" {
		var errs []error
		if sections, errs = read(src, c.Config); len(errs) > 0 {
			return lines(errs)
		}
	}
	store, err := tlsconf.New(src, sections, tickets)
	if err != nil {
		return err
	}
	store.LogLevel = int(c.Log)
	if c.Timeout != 0 {
		store.FirstMessage = time.Duration(c.Timeout) * time.Second
	}
	c.store = store
	return nil
}

// lines joins errors as a list.
func lines(errs []error) error {
	text := make([]string, len(errs))
	for i, e := range errs {
		text[i] = e.Error()
	}
	return fmt.Errorf("%s", strings.Join(text, "\n"))
}

// read reads tls.cfg, or all files with that ending in a directory.
func read(src tlsconf.Source, name string) (all []*tlsconf.Section, errs []error) {
	path := src.Path(name)
	files := []string{path}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		files, _ = filepath.Glob(filepath.Join(path, "*.cfg"))
		if len(files) == 0 {
			return nil, []error{fmt.Errorf("modparam(\"tls\", \"config\"): no file in %s ends in .cfg", path)}
		}
	}
	var texts []tlsconf.Text
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			var pe *fs.PathError
			if errors.As(err, &pe) {
				err = pe.Err
			}
			errs = append(errs, fmt.Errorf("modparam(\"tls\", \"config\"): cannot read %s: %w; \"sipedge tls init DIR\" makes such a file", f, err))
			continue
		}
		texts = append(texts, tlsconf.Text{File: f, Text: string(text)})
	}
	all, wrong := tlsconf.Parse(texts...)
	return all, append(errs, wrong...)
}

// sections are the profiles that the parameters stand for: one for clients that
// connect, one for connecting. What they do not say, the core's tls_* may.
func (c *Config) sections(base *params.Core) []*tlsconf.Section {
	first := func(a, b string) string {
		if a != "" {
			return a
		}
		return b
	}
	s := tlsconf.Settings{
		Method:      first(c.Method, base.TLSMethod),
		Certificate: first(c.Certificate, base.TLSCertificate), PrivateKey: first(c.PrivateKey, base.TLSPrivateKey),
		CAList: first(c.CAList, base.TLSCAList), CAPath: c.CAPath, CRL: c.CRL,
		VerifyCertificate: c.Verify || base.TLSVerify, RequireCertificate: c.Require || base.TLSRequireCertificate,
		VerifyClient: c.VerifyClient, VerifyDepth: int(c.Depth), VerifyName: c.VerifyName,
		CipherList: c.Ciphers,
	}
	client := s
	client.ServerName = c.ServerName
	const origin = `modparam("tls", "%s")`
	return []*tlsconf.Section{
		{Role: tlsconf.Server, Default: true, Settings: s, Origin: origin},
		{Role: tlsconf.Client, Default: true, Settings: client, Origin: origin},
	}
}

// prepare tells what the operator should know about the certificates.
func prepare(host, config any) error {
	s, c := host.(*core.Server), cfg(config)
	if c.off {
		s.Log().Printf(levelWarn, "tls: the module is loaded and TLS is off; enable_tls=yes, without disable_tcp=yes, serves it")
		return nil
	}
	if c.Config != "" && c.Certificate+c.PrivateKey+c.Method+c.CAList != "" {
		s.Log().Printf(levelWarn, "tls: the profiles are those of %s; the module parameters beside config are not used", c.Config)
	}
	s.WarnTLS(c.store)
	return nil
}

// commit makes the settings those of new connections. Connections that are open keep
// what they have begun with.
func commit(host, config any) {
	if c := cfg(config); c.store != nil {
		host.(*core.Server).SetTLS(c.store)
	}
}

// levelWarn is Kamailio's level for warnings.
const levelWarn = 0
