package pv

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// digestText is a digest in hexadecimal.
func digestText(c *rt.Ctx, sum []byte) value.Value {
	m := c.Mark()
	hex.Encode(c.Extend(2*len(sum)), sum)
	return c.FromMark(m)
}

// coreHash is the hash by which Kamailio names its hash tables' slots: the
// text in big-endian words of four bytes, each mixed and added up.
func coreHash(b []byte) uint32 {
	var h, w uint32
	for len(b) >= 4 {
		w = signed(b[0])<<24 + signed(b[1])<<16 + signed(b[2])<<8 + signed(b[3])
		h += w ^ w>>3
		b = b[4:]
	}
	w = 0
	for _, ch := range b {
		w = w<<8 + signed(ch)
	}
	h += w ^ w>>3
	return h + h>>11 + h>>13 + h>>23
}

// signed is a byte as the reference adds it up: as a signed character.
func signed(ch byte) uint32 { return uint32(int32(int8(ch))) }

func bindCoreHash(_ registry.Build, args []registry.TransArg) (transformer, error) {
	size := func(*rt.Ctx) (int64, bool) { return 0, true }
	if len(args) > 0 {
		var err error
		if size, err = intArg(args[0]); err != nil {
			return nil, err
		}
	}
	return func(c *rt.Ctx, _ value.Value, b []byte) value.Value {
		n, ok := size(c)
		if !ok {
			return undef
		}
		h := coreHash(b)
		if n > 0 {
			h &= uint32(n - 1)
		}
		m := c.Mark()
		appendNumber(c, int64(h))
		return c.FromMark(m)
	}, nil
}

// hashTrans are the digests of class s. They serve scripts that compute what
// other systems expect; nothing here protects anything.
func hashTrans() []registry.Transformation {
	return []registry.Transformation{
		plainTrans("s", "md5", "MD5 digest in hexadecimal", func(c *rt.Ctx, _ value.Value, b []byte) value.Value {
			sum := md5.Sum(b)
			return digestText(c, sum[:])
		}),
		plainTrans("s", "sha1", "SHA-1 digest in hexadecimal", func(c *rt.Ctx, _ value.Value, b []byte) value.Value {
			sum := sha1.Sum(b)
			return digestText(c, sum[:])
		}),
		plainTrans("s", "sha256", "SHA-256 digest in hexadecimal", func(c *rt.Ctx, _ value.Value, b []byte) value.Value {
			sum := sha256.Sum256(b)
			return digestText(c, sum[:])
		}),
		plainTrans("s", "sha384", "SHA-384 digest in hexadecimal", func(c *rt.Ctx, _ value.Value, b []byte) value.Value {
			sum := sha512.Sum384(b)
			return digestText(c, sum[:])
		}),
		plainTrans("s", "sha512", "SHA-512 digest in hexadecimal", func(c *rt.Ctx, _ value.Value, b []byte) value.Value {
			sum := sha512.Sum512(b)
			return digestText(c, sum[:])
		}),
		trans("s", "corehash", 0, 1, "corehash[,n]: Kamailio's hash of the text as a decimal text, and with n - 1 where n is given", bindCoreHash),
	}
}
