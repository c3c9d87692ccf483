package uac

import (
	"fmt"
	"strings"

	"sipedge/engine/corefuncs/arg"
	"sipedge/engine/mod/rr"
	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	RestoreMode, FromParam, ToParam, Password          string
	FromAVP, ToAVP                                     string
	RestoreDialog                                      bool
	Credentials                                        []string
	RealmAVP, UsernameAVP, PasswordAVP                 string
	RegDB, RegContact, RegText, DefaultSocket, EventCB string
	RegNumber                                          int64

	mode              restoreMode
	credentials       []credential
	realm, user, pass *registry.Var // of the parameters auth_…_avp; nil for none
	rr                *rr.API
	changed           arg.State // what of the message has been replaced, bits of part
	req               request
}

// restoreMode is the parameter restore_mode.
type restoreMode uint8

const (
	restoreAuto restoreMode = iota
	restoreManual
	restoreNone
)

// credential is one of the parameter credential.
type credential struct{ user, realm, password string }

func newConfig() any {
	return &Config{RestoreMode: "auto", FromParam: "vsf", ToParam: "vst"}
}

const noReg = "accepted; registrations are not made by this version"

func text(name, def, doc, note string, field func(*Config) *string) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamString, Default: def, Reloadable: true,
		Doc: doc, Source: source, Note: note, Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

func regText(name string) registry.Param {
	return text(name, "", "Accepted: for registrations from a database.", noReg, func(c *Config) *string { return &c.RegText })
}

func regNumber(name string) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamInt, Reloadable: true, Doc: "Accepted: for registrations from a database.",
		Source: source, Note: noReg, Field: func(cfg any) any { return &cfg.(*Config).RegNumber }}
}

// params are the parameters in the order of Kamailio's documentation.
var params = []registry.Param{
	text("rr_from_store_param", "vsf", "The parameter of Record-Route that keeps what From was.", "", func(c *Config) *string { return &c.FromParam }),
	text("rr_to_store_param", "vst", "The parameter of Record-Route that keeps what To was.", "", func(c *Config) *string { return &c.ToParam }),
	text("restore_mode", "auto", "What becomes of a replaced address: auto: replies and the later requests of the dialog get the old one back; "+
		"manual: replies do, requests by uac_restore_from() and uac_restore_to(); none: it is for good.", "", func(c *Config) *string { return &c.RestoreMode }),
	{
		Name: "restore_dlg", Type: registry.ParamBool, Default: "no", Reloadable: true, Source: source,
		Doc: "Accepted: the old address is kept in Record-Route.", Note: "accepted; the old address is kept in Record-Route, not in the dialog",
		Field: func(cfg any) any { return &cfg.(*Config).RestoreDialog },
	},
	text("restore_passwd", "", "What the kept address is scrambled with.", "", func(c *Config) *string { return &c.Password }),
	text("restore_from_avp", "", "Accepted.", "accepted; the old address is kept in Record-Route, not in an AVP", func(c *Config) *string { return &c.FromAVP }),
	text("restore_to_avp", "", "Accepted.", "accepted; the old address is kept in Record-Route, not in an AVP", func(c *Config) *string { return &c.ToAVP }),
	{
		Name: "credential", Type: registry.ParamList, Reloadable: true, Source: source,
		Doc:   `Credentials, "username:realm:password"; may be given several times.`,
		Field: func(cfg any) any { return &cfg.(*Config).Credentials },
	},
	text("auth_realm_avp", "", "The AVP with the realm that the next two are for.", "", func(c *Config) *string { return &c.RealmAVP }),
	text("auth_username_avp", "", "The AVP with the user name.", "", func(c *Config) *string { return &c.UsernameAVP }),
	text("auth_password_avp", "", "The AVP with the password.", "", func(c *Config) *string { return &c.PasswordAVP }),
	text("reg_db_url", "", "Refused: registrations from a database are not made.", "", func(c *Config) *string { return &c.RegDB }),
	regText("reg_db_table"), regText("reg_contact_addr"), regNumber("reg_timer_interval"), regNumber("reg_retry_interval"),
	regNumber("reg_random_delay"), regNumber("reg_active"), regNumber("reg_gc_interval"), regNumber("reg_hash_size"), regNumber("reg_keep_callid"),
	text("default_socket", "", "Accepted.", "accepted; a request is sent by $uac_req(sock), else as the route to its destination wants", func(c *Config) *string { return &c.DefaultSocket }),
	text("event_callback", "", "Accepted.", "accepted; there are no embedded scripting languages", func(c *Config) *string { return &c.EventCB }),
}

// check looks at what the rows cannot see alone.
func check(cfg any) error {
	c := cfg.(*Config)
	switch c.RestoreMode {
	case "auto":
		c.mode = restoreAuto
	case "manual":
		c.mode = restoreManual
	case "none":
		c.mode = restoreNone
	default:
		return fmt.Errorf("restore_mode is auto, manual or none, not %q", c.RestoreMode)
	}
	if c.RegDB != "" {
		return fmt.Errorf("reg_db_url: this version makes no registrations from a database; take the parameter out and register by other means")
	}
	for _, n := range []string{c.FromParam, c.ToParam} {
		if n == "" || strings.ToLower(n) != n || strings.ContainsAny(n, " =;,<>\"") {
			return fmt.Errorf("rr_from_store_param and rr_to_store_param must be names in lower case, not %q", n)
		}
	}
	if c.FromParam == c.ToParam {
		return fmt.Errorf("rr_from_store_param and rr_to_store_param must differ")
	}
	c.credentials = nil
	for _, s := range c.Credentials {
		user, rest, ok := strings.Cut(s, ":")
		realm, password, ok2 := strings.Cut(rest, ":")
		if !ok || !ok2 || user == "" || realm == "" {
			return fmt.Errorf("credential takes \"username:realm:password\"; one of %d parts was given", strings.Count(s, ":")+1)
		}
		c.credentials = append(c.credentials, credential{user, realm, password})
	}
	set := 0
	for _, s := range []string{c.RealmAVP, c.UsernameAVP, c.PasswordAVP} {
		if s != "" {
			set++
		}
	}
	if set != 0 && set != 3 {
		return fmt.Errorf("auth_realm_avp, auth_username_avp and auth_password_avp belong together: set all of them or none")
	}
	return nil
}

// program binds what the parameters name, once for each configuration.
func program(b registry.Build, cfg any) error {
	c := cfg.(*Config)
	for _, v := range []struct {
		param, text string
		to          **registry.Var
	}{{"auth_realm_avp", c.RealmAVP, &c.realm}, {"auth_username_avp", c.UsernameAVP, &c.user}, {"auth_password_avp", c.PasswordAVP, &c.pass}} {
		if v.text == "" {
			continue
		}
		if !strings.HasPrefix(v.text, "$") {
			return fmt.Errorf("%s takes a variable such as $avp(x), not %q", v.param, v.text)
		}
		bound, err := b.Var(v.text[1:])
		if err != nil {
			return fmt.Errorf("%s: %w", v.param, err)
		}
		*v.to = bound
	}
	c.changed = arg.NewState(b, "uac", "changed")
	c.req.bind(b)
	c.rr = rr.Of(b)
	if c.rr != nil && c.mode == restoreAuto {
		c.rr.OnLoose(c.restoreRequest)
	}
	return nil
}
