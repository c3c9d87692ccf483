package tlsconf

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// suite is a cipher suite of TLS 1.2 and before, with the words by which OpenSSL's
// cipher lists mean it. Those of TLS 1.3 are not chosen from a list, there or here.
type suite struct {
	id    uint16
	name  string
	words string
}

var suites = []suite{
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384", "HIGH ECDHE EECDH ECDSA aECDSA AES AES256 AESGCM SHA384 AEAD TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384", "HIGH ECDHE EECDH RSA aRSA AES AES256 AESGCM SHA384 AEAD TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305", "HIGH ECDHE EECDH ECDSA aECDSA CHACHA20 SHA256 AEAD TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305", "HIGH ECDHE EECDH RSA aRSA CHACHA20 SHA256 AEAD TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256", "HIGH ECDHE EECDH ECDSA aECDSA AES AES128 AESGCM SHA256 AEAD TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256", "HIGH ECDHE EECDH RSA aRSA AES AES128 AESGCM SHA256 AEAD TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA-AES256-SHA", "HIGH ECDHE EECDH ECDSA aECDSA AES AES256 SHA SHA1 TLSv1"},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA-AES256-SHA", "HIGH ECDHE EECDH RSA aRSA AES AES256 SHA SHA1 TLSv1"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "ECDHE-ECDSA-AES128-SHA", "HIGH ECDHE EECDH ECDSA aECDSA AES AES128 SHA SHA1 TLSv1"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ECDHE-RSA-AES128-SHA", "HIGH ECDHE EECDH RSA aRSA AES AES128 SHA SHA1 TLSv1"},
	{tls.TLS_RSA_WITH_AES_256_GCM_SHA384, "AES256-GCM-SHA384", "HIGH RSA kRSA aRSA AES AES256 AESGCM SHA384 AEAD TLSv1.2"},
	{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, "AES128-GCM-SHA256", "HIGH RSA kRSA aRSA AES AES128 AESGCM SHA256 AEAD TLSv1.2"},
	{tls.TLS_RSA_WITH_AES_256_CBC_SHA, "AES256-SHA", "HIGH RSA kRSA aRSA AES AES256 SHA SHA1 TLSv1"},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA", "HIGH RSA kRSA aRSA AES AES128 SHA SHA1 TLSv1"},
}

// CipherName is the name of a cipher suite, as OpenSSL has it.
func CipherName(id uint16) string {
	for i := range suites {
		if suites[i].id == id {
			return suites[i].name
		}
	}
	return tls.CipherSuiteName(id)
}

// CipherBits is the length of its key; 0 for an unknown one.
func CipherBits(id uint16) int {
	name := tls.CipherSuiteName(id)
	switch {
	case strings.Contains(name, "AES_256"), strings.Contains(name, "CHACHA20"):
		return 256
	case strings.Contains(name, "AES_128"):
		return 128
	}
	return 0
}

// unsupported are words of OpenSSL's lists that stand for nothing here, mostly to be
// excluded.
const unsupported = "aNULL eNULL NULL EXP EXPORT LOW MEDIUM DES 3DES RC4 RC2 IDEA SEED CAMELLIA ARIA MD5 PSK SRP DSS aDSS ADH AECDH DH EDH DHE kEDH kDHE kDHEr aDH ECDH kECDH COMPLEMENTOFDEFAULT COMPLEMENTOFALL SSLv2 SSLv3 DHE-RSA-AES256-GCM-SHA384 DHE-RSA-AES128-GCM-SHA256 DHE-RSA-AES256-SHA256 DHE-RSA-AES128-SHA256 DHE-RSA-AES256-SHA DHE-RSA-AES128-SHA DHE-RSA-CHACHA20-POLY1305 ECDHE-RSA-AES256-SHA384 ECDHE-ECDSA-AES256-SHA384 ECDHE-RSA-AES128-SHA256 ECDHE-ECDSA-AES128-SHA256 AES256-SHA256 AES128-SHA256 DES-CBC3-SHA ECDHE-RSA-DES-CBC3-SHA RC4-SHA"

func hasWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}

// means tells whether an element of a list, without its sign, stands for the suite.
func (s *suite) means(element string) bool {
	for w := range strings.SplitSeq(element, "+") {
		switch w {
		case "ALL", "DEFAULT":
		case s.name:
		default:
			if !hasWord(s.words, w) {
				return false
			}
		}
	}
	return true
}

// parseCiphers turns a list in OpenSSL's notation into suites; nil for those of
// crypto/tls. notes names the elements that mean nothing here.
func parseCiphers(list string) (ids []uint16, notes []string, err error) {
	if strings.TrimSpace(list) == "" {
		return nil, nil, nil
	}
	chosen, banned := map[uint16]bool{}, map[uint16]bool{}
	for element := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ':' || r == ',' || r == ' ' }) {
		if strings.HasPrefix(element, "@") { // @STRENGTH, @SECLEVEL: order and level are crypto/tls's own
			continue
		}
		sign := byte(0)
		if strings.ContainsRune("!-+", rune(element[0])) {
			sign, element = element[0], element[1:]
		}
		found := false
		for i := range suites {
			s := &suites[i]
			if !s.means(element) {
				continue
			}
			found = true
			switch sign {
			case '!':
				banned[s.id] = true
			case '-':
				delete(chosen, s.id)
			case 0:
				chosen[s.id] = true
			}
		}
		if !found && !known(element) {
			notes = append(notes, element)
		}
	}
	for i := range suites {
		if id := suites[i].id; chosen[id] && !banned[id] {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, notes, fmt.Errorf("cipher list %q leaves no cipher", list)
	}
	return ids, notes, nil
}

func known(element string) bool {
	for w := range strings.SplitSeq(element, "+") {
		if hasWord(unsupported, w) {
			return true
		}
	}
	return false
}
