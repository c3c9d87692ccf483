package pv

import (
	"encoding/base64"
	"encoding/hex"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func encodeHex(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	m := c.Mark()
	hex.Encode(c.Extend(2*len(b)), b)
	return c.FromMark(m)
}

// decodeHex reads pairs of digits; a single last digit is left out.
func decodeHex(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	m := c.Mark()
	for i := 0; i+1 < len(b); i += 2 {
		hi, lo := hexValue(b[i]), hexValue(b[i+1])
		if hi < 0 || lo < 0 {
			c.Truncate(m)
			return undef
		}
		c.AppendByte(byte(hi<<4 | lo))
	}
	return c.FromMark(m)
}

func encodeBase64(enc *base64.Encoding) transformer {
	return func(c *rt.Ctx, _ value.Value, b []byte) value.Value {
		m := c.Mark()
		enc.Encode(c.Extend(enc.EncodedLen(len(b))), b)
		return c.FromMark(m)
	}
}

// base64Values are the values of base64's digits; c62 and c63 the last two.
func base64Values(c62, c63 byte) *[256]int8 {
	var t [256]int8
	for i := range t {
		t[i] = -1
	}
	for i := range 26 {
		t['A'+i], t['a'+i] = int8(i), int8(26+i)
	}
	for i := range 10 {
		t['0'+i] = int8(52 + i)
	}
	t[c62], t[c63] = 62, 63
	return &t
}

// undefForEmpty makes a transformation of the empty text undefined.
func undefForEmpty(f transformer) transformer {
	return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		if len(b) == 0 {
			return undef
		}
		return f(c, v, b)
	}
}

// decodeBase64 reads base64; padded text must be whole groups of four, other
// text may leave the padding out.
func decodeBase64(digits *[256]int8, padded bool) transformer {
	return func(c *rt.Ctx, _ value.Value, b []byte) value.Value {
		if padded && len(b)%4 != 0 {
			return undef
		}
		for n := 0; n < 2 && len(b) > 0 && b[len(b)-1] == '='; n++ {
			b = b[:len(b)-1]
		}
		if len(b)%4 == 1 {
			return undef
		}
		m := c.Mark()
		acc, bits := uint32(0), 0
		for _, ch := range b {
			d := digits[ch]
			if d < 0 {
				c.Truncate(m)
				return undef
			}
			acc = acc<<6 | uint32(d)
			if bits += 6; bits >= 8 {
				bits -= 8
				c.AppendByte(byte(acc >> bits))
			}
		}
		return c.FromMark(m)
	}
}

// base58Digits are the digits of base58 in the order of their values.
const base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// rebase converts the big-endian number src of base from into one of base to,
// in the arena. Every leading zero of src becomes one of the result. The
// digits are numbers, not characters.
func rebase(c *rt.Ctx, src []byte, from, to uint32, room int) (lo, hi int) {
	zeros := 0
	for zeros < len(src) && src[zeros] == 0 {
		zeros++
	}
	at := c.Mark()
	dst := c.Extend(room)
	clear(dst)
	start := len(dst)
	for _, digit := range src[zeros:] {
		carry := uint32(digit)
		i := len(dst)
		for i > start || carry > 0 {
			i--
			carry += uint32(dst[i]) * from
			dst[i] = byte(carry % to)
			carry /= to
		}
		start = i
	}
	return at + start - zeros, at + len(dst)
}

func encodeBase58(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	if len(b) > maxBase58 {
		return undef
	}
	// log(256)/log(58) is below 1.38.
	lo, hi := rebase(c, b, 256, 58, len(b)*138/100+2)
	v := value.FromSpan(value.Arena, lo, hi-lo)
	digits := c.Arena()[lo:hi]
	for i, d := range digits {
		digits[i] = base58Digits[d]
	}
	return v
}

func decodeBase58(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	if len(b) > maxBase58 {
		return undef
	}
	m := c.Mark()
	src := c.Extend(len(b))
	for i, ch := range b {
		d := 0
		for d < len(base58Digits) && base58Digits[d] != ch {
			d++
		}
		if d == len(base58Digits) {
			c.Truncate(m)
			return undef
		}
		src[i] = byte(d)
	}
	lo, hi := rebase(c, src, 58, 256, len(b)+1)
	return value.FromSpan(value.Arena, lo, hi-lo)
}

// encode7bit packs seven bits of each byte, least significant first, as GSM
// text is (3GPP TS 23.038 §6.1.2.1), and writes the octets in hexadecimal.
func encode7bit(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	const digits = "0123456789ABCDEF"
	m := c.Mark()
	acc, bits := uint32(0), 0
	emit := func(o byte) {
		c.AppendByte(digits[o>>4])
		c.AppendByte(digits[o&15])
	}
	for _, ch := range b {
		acc |= uint32(ch&0x7f) << bits
		for bits += 7; bits >= 8; bits -= 8 {
			emit(byte(acc))
			acc >>= 8
		}
	}
	if bits > 0 {
		emit(byte(acc))
	}
	return c.FromMark(m)
}

// decode7bit is the reverse of encode7bit.
func decode7bit(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	m := c.Mark()
	acc, bits := uint32(0), 0
	for i := 0; i+1 < len(b); i += 2 {
		hi, lo := hexValue(b[i]), hexValue(b[i+1])
		if hi < 0 || lo < 0 {
			c.Truncate(m)
			return undef
		}
		acc |= uint32(hi<<4|lo) << bits
		for bits += 8; bits >= 7; bits -= 7 {
			// What is left of the last octet is filling when it is zero.
			if i+3 >= len(b) && bits < 14 && acc&0x7f == 0 && bits == 7 {
				break
			}
			c.AppendByte(byte(acc & 0x7f))
			acc >>= 7
		}
	}
	return c.FromMark(m)
}

// encodeTrans are the encodings of class s.
func encodeTrans() []registry.Transformation {
	std, url := base64Values('+', '/'), base64Values('-', '_')
	return []registry.Transformation{
		plainTrans("s", "encode.hexa", "the bytes in hexadecimal", encodeHex),
		plainTrans("s", "decode.hexa", "the reverse of encode.hexa; undefined for other characters", decodeHex),
		plainTrans("s", "encode.base64", "base64", encodeBase64(base64.StdEncoding)),
		plainTrans("s", "decode.base64", "the reverse of encode.base64; undefined for other text", decodeBase64(std, true)),
		plainTrans("s", "encode.base64t", "base64 without padding", encodeBase64(base64.RawStdEncoding)),
		plainTrans("s", "decode.base64t", "the reverse of encode.base64t", decodeBase64(std, false)),
		plainTrans("s", "encode.base64url", "base64 with - and _ (RFC 4648 section 5)", encodeBase64(base64.URLEncoding)),
		plainTrans("s", "decode.base64url", "the reverse of encode.base64url", undefForEmpty(decodeBase64(url, true))),
		plainTrans("s", "encode.base64urlt", "base64 with - and _ without padding", encodeBase64(base64.RawURLEncoding)),
		plainTrans("s", "decode.base64urlt", "the reverse of encode.base64urlt", undefForEmpty(decodeBase64(url, false))),
		plainTrans("s", "encode.base58", "base58; undefined for more than 1024 bytes", encodeBase58),
		plainTrans("s", "decode.base58", "the reverse of encode.base58", decodeBase58),
		plainTrans("s", "encode.7bit", "seven bits of each byte packed as GSM text, in hexadecimal", encode7bit),
		plainTrans("s", "decode.7bit", "the reverse of encode.7bit", decode7bit),
	}
}
