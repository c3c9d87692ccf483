// Package fuzz holds the fuzz targets that look at the parser from outside, with
// properties rather than "does not crash". They start from the messages of
// sipparse/testdata and, where they are beside the tree, from the torture
// messages of RFC 4475 and RFC 5118; findings are kept in testdata. Packages
// have further targets of their own. make fuzz runs all.
package fuzz
