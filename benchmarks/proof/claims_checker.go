package main

import (
	"context"
	"os/exec"

	"sipedge/benchmarks/claim"
)

// claimsChecker are the claims about what helps an author: errors for editors, the formatter and the manual.
func claimsChecker(s *settings) []claim.Claim {
	claims := []claim.Claim{
		{
			ID: "broken-scripts-kamailio", Text: "the same about scripts with the program's modules, beside kamailio -c",
			Bar: "sipedge names exactly the wrong lines of all of them",
			Check: claim.All{
				claim.GoTest{Package: "./cmd/sipedge", Tests: []string{"TestBrokenScriptsAreNamedAtTheirLines"}},
				ifInstalled("kamailio", claim.GoTest{Package: "./cmd/sipedge", Tests: []string{"TestBrokenScriptsBesideKamailio"}}),
			},
		},
		{
			ID: "checker-json", Text: "-c --json prints one document with places, codes and suggestions; codes are used and documented",
			Bar: "all tests pass",
			Check: claim.All{
				claim.GoTest{Package: "./script/diag", Tests: []string{"TestReportAsJSON", "TestEachCodeIsUsedAndDocumented"}},
				claim.GoTest{Package: "./cmd/sipedge", Tests: []string{
					"TestCheckAsJSONOfABadScript", "TestCheckAsJSONOfAGoodScript", "TestCheckAsJSONOfAScriptThatCannotBeRead",
				}},
			},
		},
		{
			ID: "fmt", Text: "sipedge fmt keeps tokens, comments and directives of every script of the tree; formatted twice is formatted once",
			Bar: "all scripts; a file with syntax errors is not touched",
			Check: claim.All{
				claim.GoTest{Package: "./script/format", Tests: []string{
					"TestEveryScriptKeepsItsTokens", "TestFormattedFormIsTheGoldenOne", "TestScriptWithSyntaxErrorsIsNotFormatted",
				}},
				claim.GoTest{Package: "./cmd/sipedge", Tests: []string{"TestFmtWritesInPlace", "TestFmtDoesNotTouchAFileWithSyntaxErrors", "TestFmtListsAndShowsWhatWouldChange"}},
			},
		},
		{
			ID: "manual", Text: "sipedge doc describes every row of every table, with its source; the README's commands work",
			Bar: "no row without text or source; 80 columns",
			Check: claim.GoTest{Package: "./cmd/sipedge", Tests: []string{
				"TestEveryRowHasATextAndASource", "TestEveryEntryIsReadableIn80Columns", "TestDocDescribes", "TestDocAsMarkdown",
				"TestEveryFunctionSaysWhatItTakesAndWhere", "TestCommandsInTheReadmeWork",
			}},
		},
	}
	if s.fuzzTime > 0 {
		claims = append(claims, claim.Claim{
			ID: "fmt-fuzz", Text: "fuzz target of the formatter, " + s.fuzzTime.String(), Bar: "no finding",
			Check: claim.Fuzz{Package: "./script/format", Time: s.fuzzTime},
		})
	}
	return claims
}

// ifInstalled is a check that needs a program.
func ifInstalled(program string, c claim.Check) claim.Check {
	return claim.Func(func(ctx context.Context) claim.Outcome {
		if _, err := exec.LookPath(program); err != nil {
			return claim.Outcome{State: claim.NotHere, Figure: program + " is not installed"}
		}
		return c.Check(ctx)
	})
}
