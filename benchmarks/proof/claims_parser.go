package main

import "sipedge/benchmarks/claim"

// claimsParser are the claims about the parser.
func claimsParser(s *settings) []claim.Claim {
	claims := []claim.Claim{
		{
			ID: "parser-speed", Text: "the parser beside a bare scan and other parsers", Bar: "the bars in its table",
			Check: claim.Command{Args: []string{"go", "run", "./benchmarks/parser"}, Table: true},
		},
		{
			ID: "parser-torture", Text: "the parser's outcome for the torture messages", Bar: "as their index says, none excepted",
			Check: claim.GoTest{
				Package: "./sipparse", Tests: []string{"TestTortureMessagesHaveTheirOutcome"}, Needs: torture, NeedsName: "torture messages",
			},
		},
	}
	if s.fuzzTime > 0 {
		claims = append(claims, claim.Claim{
			ID: "parser-fuzz", Text: "fuzz targets of the parser, " + s.fuzzTime.String() + " each", Bar: "no finding",
			Check: claim.Fuzz{Package: "./fuzz", Time: s.fuzzTime},
		})
	}
	return claims
}
