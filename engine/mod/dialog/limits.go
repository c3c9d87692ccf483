package dialog

import "time"

const (
	// defaultMaxDialogs and mostDialogs bound the dialogs of one loop (max_dialogs).
	defaultMaxDialogs = 1 << 20
	mostDialogs       = 1 << 23
	// arenaBytes bounds the texts of one loop's dialogs.
	arenaBytes = 4 << 30
	// firstBuckets is the size of a loop's hash table at first; it doubles as it fills.
	firstBuckets = 1 << 10
	// profileShards is the number of parts, each with its lock, of a profile's counts.
	profileShards = 16
	// maxProfiles bounds the profiles of a server over all its configurations.
	maxProfiles = 1 << 12
	// maxLinks bounds the profile entries of one dialog, maxVars the bytes of its variables.
	maxLinks = 64
	maxVars  = 16 << 10
	// maxLinkValue bounds the value of a profile entry, bytes: 64 of them fit a dialog.
	maxLinkValue = 900
	// walkPiece is the number of dialogs that are looked at in one go.
	walkPiece = 1024
	// maxTimeoutRoutes bounds the routing blocks that $dlg_ctx(timeout_route) has named.
	maxTimeoutRoutes = 1 << 12
	// maxRoutes bounds the Route set of one side, bytes.
	maxRoutes = 8 << 10
	// kept is the time for which a dialog that has ended can still be found, by the
	// rest of its last transaction and by what comes late. Kamailio: as long as that
	// transaction, some 5 s.
	kept = 5 * time.Second
)

// Kamailio's defaults, seconds.
const (
	defaultTimeout      = 43200
	defaultEarlyTimeout = 300
	defaultNoAckTimeout = 60
	defaultKAInterval   = 30
	leastKAInterval     = 30 // as Kamailio demands
	mostTimeout         = 1<<31 - 1
)

// levels of Proc.Logf (cookbook "debug").
const (
	levelErr  = -1
	levelWarn = 0
)
