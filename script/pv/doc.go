// Package pv holds the pseudo-variables of the message, the keyword operands,
// the transformations and the selects, each as a row of a table with its code:
// Vars, Keywords, Transformations and Selects. One file per feature; a new row
// goes into the file of its feature and into that file's table.
//
// What a name means is in Kamailio's pseudo-variable, transformation and select
// documentation and in the core cookbook; where these are silent, Kamailio
// 5.6.3 was observed. A getter never fails: what is absent or malformed is
// undefined. It never allocates: what lies in the message or in another value
// is returned as a span of it, everything else is built in the context's arena.
//
// The package knows no server. What a variable needs beyond the context it asks
// through rt.Env and the optional interfaces beside it; $var, $avp, $rc, $null
// and $sel belong to script/compile.
//
// Start with rows.go (how a row is made), then ruri.go for a feature with read
// and write rules, trans.go for transformations and select.go for selects.
package pv
