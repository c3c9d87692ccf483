package main

import "sipedge/benchmarks/claim"

// claimsStreamRows are the claims about the rows of streams in the cookbook's index.
func claimsStreamRows(*settings) []claim.Claim {
	return []claim.Claim{
		{
			ID: "streams-rows", Text: "each row of streams in the cookbook's index has a case through a running server (socket option read back, time over, limit reached), which fails with the row's parameter or statement left out",
			Bar: "all 70 rows covered",
			Check: claim.All{
				claim.GoTest{Package: "./engine/e2e/rows", Tests: []string{"TestEveryRowOfTheStreams", "TestEveryAliasOfTheStreamsIsShown"}},
				claim.Command{
					Name:   "rows",
					Args:   []string{"go", "test", "-count=1", "-v", "-run", "TestEveryRowOfTheStreams", "./engine/e2e/rows"},
					Prints: "rows of the streams covered / in all: 70 / 70",
				},
			},
		},
	}
}
