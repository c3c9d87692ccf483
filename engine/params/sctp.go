package params

import "fmt"

// Values of enable_sctp.
const (
	SCTPOff  = 0
	SCTPOn   = 1 // or an error at start
	SCTPAuto = 2 // where the system has it
)

// SCTP are the parameters of SCTP.
type SCTP struct {
	DisableSCTP         bool
	EnableSCTP          int64 // 0 off, 1 on, 2 where the system has it
	SCTPChildren        int64
	SCTPSocketRcvbuf    int64 // bytes, 0: the reactor's
	SCTPSocketSndbuf    int64 // bytes, 0: the reactor's
	SCTPAutoclose       int64 // s
	SCTPSendTTL         int64 // ms
	SCTPSendRetries     int64
	SCTPAssocTracking   bool
	SCTPAssocReuse      bool
	SCTPMaxAssocs       int64 // -1: the system's
	SCTPSrtoInitial     int64 // ms, 0: the system's, as all below
	SCTPSrtoMax         int64 // ms
	SCTPSrtoMin         int64 // ms
	SCTPAsocmaxrxt      int64
	SCTPInitMaxAttempts int64
	SCTPInitMaxTimeo    int64 // ms
	SCTPHBInterval      int64 // ms, -1: none
	SCTPPathmaxrxt      int64
	SCTPSackDelay       int64 // ms
	SCTPSackFreq        int64
	SCTPMaxBurst        int64
}

func sctpRows() []row {
	system := func(name string, field func(*Core) *int64, lo, hi int64, doc string) row {
		return number(name, field, 0, lo, hi).shown("OS").live().doc(doc + " 0 leaves the system's. Counts for new associations.")
	}
	return []row{
		yesNo("disable_sctp", func(c *Core) *bool { return &c.DisableSCTP }, false).shown("auto").
			doc("Do without SCTP; as -S."),
		number("enable_sctp", func(c *Core) *int64 { return &c.EnableSCTP }, SCTPAuto, SCTPOff, SCTPAuto).
			doc("0 no SCTP, 1 SCTP or an error at start, 2 SCTP where the system has it. With 1, listen lines without a protocol stand for SCTP as well."),
		number("sctp_children", func(c *Core) *int64 { return &c.SCTPChildren }, 0, 0, maxLoops).shown("= children").
			never("every event loop serves every transport").doc("Kamailio's processes for SCTP; as -Q."),
		number("sctp_socket_rcvbuf", func(c *Core) *int64 { return &c.SCTPSocketRcvbuf }, 0, 0, 1<<30).alias("sctp_socket_receive_buffer").shown("4 MB").
			doc("Receive buffer of an SCTP socket, bytes, as far as the system grants it."),
		number("sctp_socket_sndbuf", func(c *Core) *int64 { return &c.SCTPSocketSndbuf }, 0, 0, 1<<30).alias("sctp_socket_send_buffer").shown("1 MB").
			doc("Send buffer of an SCTP socket, bytes, as far as the system grants it. All associations of a listen address share it, and one of them may fill a quarter."),
		number("sctp_autoclose", func(c *Core) *int64 { return &c.SCTPAutoclose }, 180, 1, maxSeconds).live().
			doc("Seconds after which an idle association is closed. Counts for new associations."),
		number("sctp_send_ttl", func(c *Core) *int64 { return &c.SCTPSendTTL }, 32000, 0, maxInt).live().
			doc("Milliseconds after which an unsent message is dropped; 0 keeps it."),
		number("sctp_send_retries", func(c *Core) *int64 { return &c.SCTPSendRetries }, 0, 0, 9).live().
			doc("Attempts to send a message again on a new association."),
		yesNo("sctp_assoc_tracking", func(c *Core) *bool { return &c.SCTPAssocTracking }, true).live().
			doc("Keep a table of associations, without which none is reused and one beyond sctp_max_assocs is opened before it is closed."),
		yesNo("sctp_assoc_reuse", func(c *Core) *bool { return &c.SCTPAssocReuse }, true).live().
			doc("Send replies over the request's association; needs sctp_assoc_tracking."),
		number("sctp_max_assocs", func(c *Core) *int64 { return &c.SCTPMaxAssocs }, -1, -1, maxInt).live().
			doc("Associations at the same time; -1 is what the system allows."),
		system("sctp_srto_initial", func(c *Core) *int64 { return &c.SCTPSrtoInitial }, 0, maxInt, "First retransmission timeout, ms."),
		system("sctp_srto_max", func(c *Core) *int64 { return &c.SCTPSrtoMax }, 0, maxInt, "Longest retransmission timeout, ms."),
		system("sctp_srto_min", func(c *Core) *int64 { return &c.SCTPSrtoMin }, 0, maxInt, "Shortest retransmission timeout, ms."),
		system("sctp_asocmaxrxt", func(c *Core) *int64 { return &c.SCTPAsocmaxrxt }, 0, max16, "Retransmissions of an association."),
		system("sctp_init_max_attempts", func(c *Core) *int64 { return &c.SCTPInitMaxAttempts }, 0, max16, "Retransmissions of INIT."),
		system("sctp_init_max_timeo", func(c *Core) *int64 { return &c.SCTPInitMaxTimeo }, 0, max16, "Longest retransmission timeout of INIT, ms."),
		system("sctp_hbinterval", func(c *Core) *int64 { return &c.SCTPHBInterval }, -1, maxInt, "Milliseconds between heartbeats; -1 sends none."),
		system("sctp_pathmaxrxt", func(c *Core) *int64 { return &c.SCTPPathmaxrxt }, 0, max16, "Retransmissions of a path."),
		system("sctp_sack_delay", func(c *Core) *int64 { return &c.SCTPSackDelay }, 0, 500, "Milliseconds before an acknowledgement is sent."),
		system("sctp_sack_freq", func(c *Core) *int64 { return &c.SCTPSackFreq }, 0, maxInt, "Packets before an acknowledgement is sent."),
		system("sctp_max_burst", func(c *Core) *int64 { return &c.SCTPMaxBurst }, 0, maxInt, "Largest burst of packets of an association."),
	}
}

// max16 is the largest value of options that have 16 bits.
const max16 = 1<<16 - 1

// CheckSCTP refuses parameters of SCTP that do not go together (cookbook
// sctp_assoc_tracking, sctp_assoc_reuse).
func (c *Core) CheckSCTP() error {
	if c.SCTPAssocReuse && !c.SCTPAssocTracking {
		return fmt.Errorf("sctp_assoc_tracking=no needs sctp_assoc_reuse=no: an association that is not tracked cannot be reused")
	}
	if c.SCTPSrtoMin > 0 && c.SCTPSrtoMax > 0 && c.SCTPSrtoMin > c.SCTPSrtoMax {
		return fmt.Errorf("sctp_srto_min=%d is more than sctp_srto_max=%d", c.SCTPSrtoMin, c.SCTPSrtoMax)
	}
	return nil
}
