// Package rows shows the script language row by row: each row of the cookbook's
// index that belongs to the language has a case in testdata/rows that runs on a
// wire in memory, and that fails when the row's feature is left out.
// testdata/rows/README.md says how a case is written.
package rows
