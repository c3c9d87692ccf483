package log

import "log/syslog"

// syslogSink sends lines to the system's log.
type syslogSink struct {
	w   *syslog.Writer
	buf []byte
}

// Syslog opens the system's log with a facility (parameter log_facility) and the
// name under which lines appear (log_name). The error is that of the connection;
// one that breaks later is opened again for the next line.
func Syslog(facility syslog.Priority, name string) (Sink, error) {
	w, err := syslog.New(facility|syslog.LOG_INFO, name)
	if err != nil {
		return nil, err
	}
	return &syslogSink{w: w}, nil
}

// Log implements Sink.
func (s *syslogSink) Log(l Line) {
	s.buf = appendTagged(s.buf[:0], l)
	text := string(s.buf)
	// A line that the system's log does not take is lost: there is no other place
	// to say so.
	switch levels[index(l.Level)].severity {
	case syslog.LOG_ALERT:
		_ = s.w.Alert(text)
	case syslog.LOG_CRIT:
		_ = s.w.Crit(text)
	case syslog.LOG_ERR:
		_ = s.w.Err(text)
	case syslog.LOG_WARNING:
		_ = s.w.Warning(text)
	case syslog.LOG_NOTICE:
		_ = s.w.Notice(text)
	case syslog.LOG_INFO:
		_ = s.w.Info(text)
	default:
		_ = s.w.Debug(text)
	}
}

// Flush implements Sink.
func (s *syslogSink) Flush() {}
