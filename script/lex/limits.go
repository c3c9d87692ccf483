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
)
