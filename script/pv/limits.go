package pv

// Bounds of what one variable or transformation looks at or makes.
const (
	// maxBase58 is the longest text in bytes that base58 is made of or read
	// from: its cost grows with the square of the length; ours.
	maxBase58 = 1024
	// maxPrefixes bounds the length in bytes of the text whose prefixes
	// {s.prefixes} lists: the result grows with its square; ours.
	maxPrefixes = 512
	// maxSubstExprs bounds the stretches of a replacement in which variables are
	// computed; groups separate them, of which \0 to \9 exist; ours.
	maxSubstExprs = 10
	// maxIndent bounds the blanks before a line of {s.fmtlines}; ours.
	maxIndent = 256
	// maxURIText is the longest text in bytes that is taken for a URI or an
	// address: what the parser's 16-bit spans reach.
	maxURIText = 65535
	// maxShared is the number of names that $shv may have in one server; ours.
	maxShared = 4096
	// maxSharedText is the longest string in bytes that $shv holds; ours.
	maxSharedText = 64 << 10
	// maxTime is the largest number of seconds since 1970 that {s.ftime} takes:
	// the end of the year 9999.
	maxTime = 253402300799
)
