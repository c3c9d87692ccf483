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
	}, {
		ID: "modules-sim", Text: "calls with dialog, acc, uac and tmx over a bad network, with forks, cancels, waiting scripts and reloads: each side sees its own From and To, each answer is accounted once, no dialog is left",
		Bar:   "no fault; records counted",
		Check: claim.GoTest{Package: "./engine/sim", Tests: []string{"TestModulesUnderLoss"}},
	}, {
		ID: "acc-records", Text: "an answer is accounted once; a flood of other log lines neither holds back nor crowds out records of accounting",
		Bar: "all tests pass",
		Check: claim.All{
			claim.GoTest{Package: "./engine/mod/acc", Tests: []string{"TestOneAnswerIsAccountedOnce", "TestLinesAreThoseOfKamailio"}},
			claim.GoTest{Package: "./engine/log", Tests: []string{"TestAccountsComeThroughAFlood", "TestLostAccountsAreAnError"}},
		},
	}}
}
