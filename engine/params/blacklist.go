package params

// Blacklist are the parameters of the list of destinations that failed.
type Blacklist struct {
	DstBlacklistExpire     int64 // s
	DstBlacklistGCInterval int64 // s
	DstBlacklistInit       bool
	DstBlacklistMem        int64 // KB
	UseDstBlacklist        bool
	DstBlacklistUDPImask   int64 // bits
	DstBlacklistTCPImask   int64 // bits
	DstBlacklistTLSImask   int64 // bits
	DstBlacklistSCTPImask  int64 // bits
}

func blacklistRows() []row {
	imask := func(proto string, field func(*Core) *int64) row {
		return number("dst_blacklist_"+proto+"_imask", field, 0, 0, 255).alias("dst_blocklist_" + proto + "_imask").live().
			doc("Events over " + proto + " that do not put a destination on the list, a sum of bits.").
			from("Kamailio 3.1: dst_blacklist_" + proto + "_imask")
	}
	return []row{
		number("dst_blacklist_expire", func(c *Core) *int64 { return &c.DstBlacklistExpire }, 60, 0, maxInt).
			alias("dst_blacklist_ttl", "dst_blocklist_expire", "dst_blocklist_ttl").live().
			doc("Seconds that a failed destination stays on the list."),
		number("dst_blacklist_gc_interval", func(c *Core) *int64 { return &c.DstBlacklistGCInterval }, 60, 1, maxSeconds).alias("dst_blocklist_gc_interval").live().
			doc("Seconds between clean-ups of the list."),
		yesNo("dst_blacklist_init", func(c *Core) *bool { return &c.DstBlacklistInit }, true).alias("dst_blocklist_init").
			doc("no: there is no list and none can be switched on at run time."),
		number("dst_blacklist_mem", func(c *Core) *int64 { return &c.DstBlacklistMem }, 250, 0, maxInt).alias("dst_blocklist_mem").live().
			doc("Largest size of the list, KB."),
		yesNo("use_dst_blacklist", func(c *Core) *bool { return &c.UseDstBlacklist }, false).alias("use_dst_blocklist").live().
			doc("Keep destinations that failed on a list and send nothing to them."),
		imask("udp", func(c *Core) *int64 { return &c.DstBlacklistUDPImask }),
		imask("tcp", func(c *Core) *int64 { return &c.DstBlacklistTCPImask }),
		imask("tls", func(c *Core) *int64 { return &c.DstBlacklistTLSImask }),
		imask("sctp", func(c *Core) *int64 { return &c.DstBlacklistSCTPImask }),
	}
}
