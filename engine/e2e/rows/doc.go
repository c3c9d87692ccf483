// Package rows shows the cookbook row by row: each row of its index that belongs to
// one of the areas of rows_test.go has a case in testdata/rows that runs on a wire in
// memory, and that fails when the row's feature is left out.
// testdata/rows/README.md says how a case is written.
package rows
