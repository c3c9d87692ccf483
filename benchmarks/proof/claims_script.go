package main

import (
	"time"

	"sipedge/benchmarks/claim"
)

// shortFuzz is how long each fuzz target of the script language runs where nothing longer is asked for.
const shortFuzz = 5 * time.Second

// claimsScript are the claims about what hostile scripts and patterns can do, about random programs, and about the cost of a
// script.
func claimsScript(s *settings) []claim.Claim {
	return []claim.Claim{
		{
			ID: "script-hostile", Text: "scripts made to be slow or large, and the kept inputs of the fuzz targets, are read in time and memory that grow with them; every finding has its place",
			Bar: "at most 32 MB and 8 KB for each byte, 0.5 s and 50 µs for each byte",
			Check: claim.GoTest{Package: "./fuzz/scripts", Tests: []string{
				"TestHostileScriptsAreReadWithinBounds", "FuzzLexer", "FuzzPreprocessor", "FuzzParser", "FuzzChecker", "FuzzCompile", "FuzzVariable",
			}},
		},
		{
			ID: "script-fuzz", Text: "fuzz targets over lexer, preprocessor, parser, checker, compiler and variables, " + max(shortFuzz, s.fuzzTime).String() + " each",
			Bar:   "no panic, no loop, the bounds above",
			Check: claim.Fuzz{Package: "./fuzz/scripts", Time: max(shortFuzz, s.fuzzTime)},
		},
		{
			ID: "script-random", Text: "random programs: the compiled graph, with calls that wait at random, and a plain evaluator agree; an altered compiler is noticed",
			Bar: "no difference in 3,000 programs and while fuzzing; every mutant noticed",
			Check: claim.All{
				claim.GoTest{Package: "./script/compile", Tests: []string{"TestCompiledGraphAgreesWithTheEvaluator", "TestEveryMutantOfTheCompilerIsNoticed"}},
				claim.Fuzz{Package: "./script/compile", Time: max(shortFuzz, s.fuzzTime)},
			},
		},
		{
			ID: "script-cost", Text: "a script of 60 statements beside the core parse of the 636-byte INVITE, in the same run", Bar: "the bars in its table",
			Check: claim.Command{Args: []string{"go", "run", "./benchmarks/scriptcost"}, Table: true},
		},
		{
			ID: "script-allocations", Text: "scripts of 30 and of 60 statements, waiting, and patterns computed at run time", Bar: "0 allocations",
			Check: claim.All{
				claim.GoTest{Package: "./benchmarks/scriptcost", Tests: []string{
					"TestSixtyStatementsDoNotAllocate", "TestSixtyStatementsAreSixty", "TestSixtyStatementsRunToTheirEnd",
				}},
				claim.GoTest{Package: "./script/compile", Tests: []string{
					"TestThirtyStatementsDoNotAllocate", "TestParkingAndResumingDoNotAllocate", "TestComputedPatternsDoNotAllocateAgain",
				}},
			},
		},
		{
			ID: "script-regex", Text: "patterns out of messages are bounded in size, and in time for a text of 65,000 bytes; the cache in number and memory, from all loops",
			Bar: "linear time; 0.4 s at most",
			Check: claim.GoTest{Package: "./script/compile/posix", Tests: []string{
				"TestPatternsOutOfMessagesAreBounded", "TestMatchingIsLinear", "TestScriptPatternsAreBoundedToo",
				"TestCacheIsBounded", "TestCacheForgetsTheLeastRecentlyUsed", "TestCacheIsUsedByAllLoops",
			}},
		},
	}
}
