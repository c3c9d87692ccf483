package core

import (
	"fmt"

	"sipedge/engine/params"
	"sipedge/script/check"
	"sipedge/script/compile"
	"sipedge/script/diag"
	"sipedge/script/parse"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// load makes a snapshot of a script: nil where the list holds an error. Nothing
// outside the snapshot is touched, so it is also the whole of sipedge -c.
func (s *Server) load(path string, text []byte) (*Snapshot, *diag.List) {
	opts := parse.Options{ReadFile: s.opts.ReadFile, Defines: s.opts.Defines, Without: s.opts.Without}
	var diags *diag.List
	snap := &Snapshot{}
	cfg, diags := parse.File(path, text, opts)
	if cfg == nil {
		return nil, diags
	}
	base, err := registry.NewTable(s.opts.Core, s.opts.Modules...)
	if err != nil {
		diags.Errorf(diag.Internal, 0, "%v", err)
		return nil, diags
	}
	table := check.Modules(cfg, base, diags)
	snap.configs = table.NewConfigs()
	snap.modules = table.Loaded
	check.Apply(cfg, table, snap.configs, diags)
	snap.core = snap.configs[""].(*params.Core)
	if s.opts.Override != nil {
		s.opts.Override(snap.core)
	}
	snap.listenPos = check.Places(cfg, "listen")
	snap.listenAt = make(map[string]string, len(snap.listenPos))
	for text, pos := range snap.listenPos {
		if at := diags.Set.Position(pos); at.Line > 0 {
			snap.listenAt[text] = fmt.Sprintf("%s:%d:%d: ", at.File, at.Line, at.Column)
		}
	}
	if len(s.opts.Listen) > 0 {
		snap.core.Listen = s.opts.Listen
	}
	checkModules(snap, diags)
	snap.prog = compile.Compile(cfg, table, snap.configs, s, diags)
	if diags.HasErrors() {
		return nil, diags
	}
	snap.fill()
	return snap, diags
}

// checkModules lets each loaded module look at its configuration.
func checkModules(snap *Snapshot, diags *diag.List) {
	for _, m := range snap.modules {
		if m.Check == nil {
			continue
		}
		if err := m.Check(snap.configs[m.Name]); err != nil {
			diags.Errorf(diag.ModuleCheck, 0, "module %s: %v", m.Name, err)
		}
	}
}

// fill takes what the message path reads out of the parameters.
func (s *Snapshot) fill() {
	c := s.core
	s.cfg = settings{
		CheckVia:        c.CheckVia,
		CheckSentBy:     c.DNSVia || c.RevDNSVia,
		SynBranch:       c.SynBranch,
		ForceRport:      c.ForceRport,
		ServerSignature: c.ServerSignature,
		SIPWarning:      c.SIPWarning,
		LocalRport:      c.LocalRport,
		WhileLimit:      int(c.MaxWhileLoops),
		SuspendMax:      int(c.SuspendMax),
		AcceptAliases:   c.TCPAcceptAliases,
		CRLFPing:        c.TCPCrlfPing,
		NoConnect:       c.TCPNoConnect,
		AcceptUnique:    c.TCPAcceptUnique != 0,
		MatchSocket:     c.TCPConnectionMatch != 0,
		KeepFailed:      c.TCPScriptMode != 0,
		AssocReuse:      c.SCTPAssocReuse && c.SCTPAssocTracking,
		UDPMTU:          int(c.UDPMTU),
		LargeProto:      c.LargeProto(),
		TCPSource4:      sourceAddr(c.TCPSourceIPv4),
		TCPSource6:      sourceAddr(c.TCPSourceIPv6),
		TOS:             params.TOSValue(c.TOS),
	}
	s.prog.BranchLimit = int(c.MaxBranches)
	s.aliases = c.Alias
	s.ackBlock = s.prog.Block(rt.EventRoute, AckEvent)
	s.wsClosed = s.prog.Block(rt.EventRoute, ClosedEvent)
	s.tlsOut = s.prog.Block(rt.EventRoute, TLSOutEvent)
	s.http = s.httpService()
	s.serverHeader = []byte(c.ServerHeader + "\r\n")
}
