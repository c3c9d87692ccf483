package params

// SCTP are the parameters of SCTP, which is not served.
type SCTP struct {
	DisableSCTP         bool
	EnableSCTP          int64 // 0 off, 1 on, 2 where the system has it
	SCTPChildren        int64
	SCTPSocketRcvbuf    int64 // bytes, 0: the system's
	SCTPSocketSndbuf    int64 // bytes, 0: the system's
	SCTPAutoclose       int64 // s
	SCTPSendTTL         int64 // ms
	SCTPSendRetries     int64
	SCTPAssocTracking   bool
	SCTPAssocReuse      bool
	SCTPMaxAssocs       int64 // -1: the system's
	SCTPSrtoInitial     int64 // ms, -1: the system's, as all below
	SCTPSrtoMax         int64 // ms
	SCTPSrtoMin         int64 // ms
	SCTPAsocmaxrxt      int64
	SCTPInitMaxAttempts int64
	SCTPInitMaxTimeo    int64 // ms
	SCTPHBInterval      int64 // ms
	SCTPPathmaxrxt      int64
	SCTPSackDelay       int64 // ms
	SCTPSackFreq        int64
	SCTPMaxBurst        int64
}

func sctpRows() []row {
	system := func(name string, field func(*Core) *int64, doc string) row {
		return number(name, field, -1, -1, maxInt).shown("OS").later().doc(doc)
	}
	return []row{
		yesNo("disable_sctp", func(c *Core) *bool { return &c.DisableSCTP }, false).shown("auto").later().
			doc("Do without SCTP; as -S."),
		number("enable_sctp", func(c *Core) *int64 { return &c.EnableSCTP }, 2, 0, 2).later().
			doc("0 no SCTP, 1 SCTP or an error at start, 2 SCTP where the system has it."),
		number("sctp_children", func(c *Core) *int64 { return &c.SCTPChildren }, 0, 0, maxLoops).shown("= children").
			never("every event loop serves every transport").doc("Kamailio's processes for SCTP; as -Q."),
		number("sctp_socket_rcvbuf", func(c *Core) *int64 { return &c.SCTPSocketRcvbuf }, 0, 0, maxInt).alias("sctp_socket_receive_buffer").shown("OS").later().
			doc("Receive buffer of an SCTP socket, bytes."),
		number("sctp_socket_sndbuf", func(c *Core) *int64 { return &c.SCTPSocketSndbuf }, 0, 0, maxInt).alias("sctp_socket_send_buffer").shown("OS").later().
			doc("Send buffer of an SCTP socket, bytes."),
		number("sctp_autoclose", func(c *Core) *int64 { return &c.SCTPAutoclose }, 180, 1, maxInt).later().
			doc("Seconds after which an idle association is closed."),
		number("sctp_send_ttl", func(c *Core) *int64 { return &c.SCTPSendTTL }, 32000, 0, maxInt).later().
			doc("Milliseconds after which an unsent message is dropped."),
		number("sctp_send_retries", func(c *Core) *int64 { return &c.SCTPSendRetries }, 0, 0, 9).later().
			doc("Attempts to send a message again on a new association."),
		yesNo("sctp_assoc_tracking", func(c *Core) *bool { return &c.SCTPAssocTracking }, true).later().
			doc("Keep track of associations."),
		yesNo("sctp_assoc_reuse", func(c *Core) *bool { return &c.SCTPAssocReuse }, true).later().
			doc("Send replies over the request's association; needs sctp_assoc_tracking."),
		number("sctp_max_assocs", func(c *Core) *int64 { return &c.SCTPMaxAssocs }, -1, -1, maxInt).later().
			doc("Associations at the same time; -1 is what the system allows."),
		system("sctp_srto_initial", func(c *Core) *int64 { return &c.SCTPSrtoInitial }, "First retransmission timeout, ms."),
		system("sctp_srto_max", func(c *Core) *int64 { return &c.SCTPSrtoMax }, "Longest retransmission timeout, ms."),
		system("sctp_srto_min", func(c *Core) *int64 { return &c.SCTPSrtoMin }, "Shortest retransmission timeout, ms."),
		system("sctp_asocmaxrxt", func(c *Core) *int64 { return &c.SCTPAsocmaxrxt }, "Retransmissions of an association."),
		system("sctp_init_max_attempts", func(c *Core) *int64 { return &c.SCTPInitMaxAttempts }, "Retransmissions of INIT."),
		system("sctp_init_max_timeo", func(c *Core) *int64 { return &c.SCTPInitMaxTimeo }, "Longest retransmission timeout of INIT, ms."),
		system("sctp_hbinterval", func(c *Core) *int64 { return &c.SCTPHBInterval }, "Milliseconds between heartbeats; -1 sends none."),
		system("sctp_pathmaxrxt", func(c *Core) *int64 { return &c.SCTPPathmaxrxt }, "Retransmissions of a path."),
		system("sctp_sack_delay", func(c *Core) *int64 { return &c.SCTPSackDelay }, "Milliseconds before an acknowledgement is sent."),
		system("sctp_sack_freq", func(c *Core) *int64 { return &c.SCTPSackFreq }, "Packets before an acknowledgement is sent."),
		system("sctp_max_burst", func(c *Core) *int64 { return &c.SCTPMaxBurst }, "Largest burst of packets of an association."),
	}
}
