package main

import "sipedge/benchmarks/claim"

// claimsTransactions are the claims that what the cookbook has of transactions is there.
func claimsTransactions(*settings) []claim.Claim {
	return []claim.Claim{{
		ID: "transactions-rows", Text: "each row of transactions in the cookbook's index has a case, which fails when the row's feature is left out",
		Bar: "all 11 rows covered",
		Check: claim.All{
			claim.GoTest{Package: "./engine/e2e/rows", Tests: []string{"TestEveryRowOfTheTransactions", "TestEveryCaseBelongsToARow"}},
			claim.Command{
				Name:   "rows",
				Args:   []string{"go", "test", "-count=1", "-v", "-run", "TestEveryRowOfTheTransactions", "./engine/e2e/rows"},
				Prints: "rows covered / rows in all: 11 / 11",
			},
		},
	}}
}
