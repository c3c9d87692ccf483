package main

import "sipedge/benchmarks/claim"

// claimsRows are the claims that the whole language of the cookbook is there: each row
// of its index, each of its examples.
func claimsRows(*settings) []claim.Claim {
	return []claim.Claim{
		{
			ID: "language-rows", Text: "each row of the language in the cookbook's index has a case, which fails when the row's feature is left out",
			Bar: "all 184 rows covered",
			Check: claim.All{
				claim.GoTest{Package: "./engine/e2e/rows", Tests: []string{"TestEveryRowOfTheLanguage", "TestEveryAliasIsShown", "TestEveryFeatureIsLeftOutByACase"}},
				claim.Command{
					Name:   "rows",
					Args:   []string{"go", "test", "-count=1", "-v", "-run", "TestEveryRowOfTheLanguage", "./engine/e2e/rows"},
					Prints: "rows covered / rows in all: 184 / 184",
				},
			},
		},
		{
			ID: "cookbook-examples", Text: "each script example of the cookbook compiles, or is refused with the line that is broken there",
			Bar: "all examples; none left out",
			Check: claim.GoTest{
				Package: "./engine/e2e/rows", Tests: []string{"TestEveryExampleOfTheCookbook", "TestNoExampleIsLeftOut", "TestExamples"},
				Needs: "../shared/spec/core-cookbook-3.1.txt", NeedsName: "the cookbook's text",
			},
		},
	}
}
