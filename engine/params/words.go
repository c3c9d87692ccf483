package params

import (
	"fmt"
	"log/syslog"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// CheckWord refuses s unless it is one of allowed, whatever the case.
func CheckWord(s string, allowed ...string) error {
	if slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, s) }) {
		return nil
	}
	return fmt.Errorf("takes one of %s, not %q", join(allowed), s)
}

func join(words []string) string { return strings.Join(words, ", ") }

// tosNames are the names of netinet/ip.h; LOWCOST is the newer name of MINCOST.
var tosNames = map[string]uint8{
	"IPTOS_LOWDELAY": 0x10, "IPTOS_THROUGHPUT": 0x08, "IPTOS_RELIABILITY": 0x04, "IPTOS_MINCOST": 0x02, "IPTOS_LOWCOST": 0x02,
}

func parseTOS(s string) (uint8, error) {
	if v, ok := tosNames[strings.ToUpper(s)]; ok {
		return v, nil
	}
	if v, err := strconv.ParseUint(s, 0, 8); err == nil {
		return uint8(v), nil
	}
	return 0, fmt.Errorf("takes 0 to 255, IPTOS_LOWDELAY, IPTOS_THROUGHPUT, IPTOS_RELIABILITY, IPTOS_MINCOST or IPTOS_LOWCOST, not %q", s)
}

// CheckTOS refuses what is no type of service: a number of 8 bits or an IPTOS_ name.
func CheckTOS(s string) error {
	_, err := parseTOS(s)
	return err
}

// TOSValue is the byte that a value of the parameter tos names, 0 for one that
// CheckTOS refuses.
func TOSValue(s string) uint8 {
	v, _ := parseTOS(s)
	return v
}

// facilities are the names of syslog(3) and of the cookbook.
var facilities = map[string]syslog.Priority{
	"LOG_KERN": syslog.LOG_KERN, "LOG_USER": syslog.LOG_USER, "LOG_MAIL": syslog.LOG_MAIL, "LOG_DAEMON": syslog.LOG_DAEMON,
	"LOG_AUTH": syslog.LOG_AUTH, "LOG_SYSLOG": syslog.LOG_SYSLOG, "LOG_LPR": syslog.LOG_LPR, "LOG_NEWS": syslog.LOG_NEWS,
	"LOG_UUCP": syslog.LOG_UUCP, "LOG_CRON": syslog.LOG_CRON, "LOG_AUTHPRIV": syslog.LOG_AUTHPRIV, "LOG_FTP": syslog.LOG_FTP,
	"LOG_LOCAL0": syslog.LOG_LOCAL0, "LOG_LOCAL1": syslog.LOG_LOCAL1, "LOG_LOCAL2": syslog.LOG_LOCAL2, "LOG_LOCAL3": syslog.LOG_LOCAL3,
	"LOG_LOCAL4": syslog.LOG_LOCAL4, "LOG_LOCAL5": syslog.LOG_LOCAL5, "LOG_LOCAL6": syslog.LOG_LOCAL6, "LOG_LOCAL7": syslog.LOG_LOCAL7,
}

// CheckFacility refuses what is no syslog facility.
func CheckFacility(s string) error {
	if _, ok := facilities[strings.ToUpper(s)]; ok {
		return nil
	}
	return fmt.Errorf("takes a syslog facility (LOG_DAEMON, LOG_USER, LOG_LOCAL0 to LOG_LOCAL7, … of syslog(3)), not %q", s)
}

// Facility is the syslog facility that log_facility names.
func (c *Core) Facility() syslog.Priority { return facilities[strings.ToUpper(c.LogFacility)] }

// CheckIP refuses what is no address of the family (4 or 6); empty is allowed.
func CheckIP(s string, family int) error {
	if s == "" {
		return nil
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil || a.Is4() != (family == 4) {
		return fmt.Errorf("takes an IPv%d address, not %q", family, s)
	}
	return nil
}
