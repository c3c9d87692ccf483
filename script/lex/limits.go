package lex

// Bounds of a configuration. Kamailio 3.1: 256 defines, 256 nested regions, 10
// nested includes.
const (
	// MaxDefines is the default of Options.MaxDefines.
	MaxDefines = 4096
	// MaxIncludeDepth is the nesting of includes (cookbook "include_file").
	MaxIncludeDepth = 10
	// MaxRegions is the nesting of #!ifdef regions.
	MaxRegions = 256
	// MaxTokens bounds what includes and defines can make of a configuration.
	MaxTokens = 1 << 20
	// MaxExpansions is the nesting of defines whose values name defines.
	MaxExpansions = 32
	// MaxSource bounds the bytes of all files and define values that are read.
	MaxSource = 32 << 20
	// MaxFiles is the number of files that includes read, each time counted.
	MaxFiles = 4096
	// expansionFloor and expansionFactor bound what defines make of a text: so
	// many bytes, and so many more for each byte that has been read from files.
	expansionFloor  = 64 << 10
	expansionFactor = 8
	// MaxDefine is the longest text that #!defexp computes, in bytes.
	MaxDefine = 4 << 10
	// MaxSubsts is the number of substitutions.
	MaxSubsts = 256
	// substFloor and substFactor bound what substitutions add to strings, as
	// expansionFloor and expansionFactor do for defines.
	substFloor  = 64 << 10
	substFactor = 8
)
