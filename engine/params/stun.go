package params

// STUN are the parameters of the STUN server on SIP ports, which is not served.
type STUN struct {
	STUNAllowFP         bool
	STUNAllowSTUN       bool
	STUNRefreshInterval int64 // ms
}

func stunRows() []row {
	return []row{
		yesNo("stun_allow_fp", func(c *Core) *bool { return &c.STUNAllowFP }, true).later().
			doc("Put FINGERPRINT into STUN answers."),
		yesNo("stun_allow_stun", func(c *Core) *bool { return &c.STUNAllowSTUN }, true).later().
			doc("Answer STUN requests on SIP ports."),
		number("stun_refresh_interval", func(c *Core) *int64 { return &c.STUNRefreshInterval }, 0, 0, maxInt).later().
			doc("REFRESH-INTERVAL in STUN answers, ms."),
	}
}
