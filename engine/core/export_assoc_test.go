package core

import "sipedge/reactor"

// WantSCTP and SCTPOf show tests what follows from a script's parameters.

func WantSCTP(s *Snapshot, has func() bool) (bool, string, error) { return wantSCTP(s.core, has) }

func SCTPOf(s *Snapshot) reactor.SCTPConfig { return SCTP(s.core) }
