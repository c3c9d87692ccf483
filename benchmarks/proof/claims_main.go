package main

import (
	"time"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/runs"
)

// torture is where the torture messages are looked for, from the top directory of the module.
const torture = "../shared/spec/torture"

// claimsMain are the claims about the main job: a routing script carries real calls over UDP.
func claimsMain(s *settings) []claim.Claim {
	return []claim.Claim{
		{
			ID: "fresh-start", Text: "started without a script it answers, and the README's commands do what they say",
			Bar:   "200 to OPTIONS; 10 of 10 calls",
			Check: claim.Func(s.freshStart),
		},
		{
			ID: "readme", Text: "the README opens with the two commands; its scripts compile and carry a call",
			Bar: "all tests pass",
			Check: claim.GoTest{Package: "./cmd/sipedge", Tests: []string{
				"TestReadmeOpensWithTheTwoCommands", "TestScriptsInTheReadmeCompile", "TestReadmesOptionsExist",
				"TestReadmesCallGoesThrough", "TestBuiltInScriptSaysHowToTryItAndAnswers",
			}},
		},
		{
			ID: "suite", Text: "the whole test suite passes as continuous integration runs it", Bar: "exit 0",
			Check: claim.Command{Args: []string{"bash", ".ci/run"}, Prints: "ok  \tsipedge/"},
		},
		{
			ID: "sipp-ports", Text: "calls from 16 source ports through a record-routing proxy, two loops",
			Bar: "no more failures than SIPp alone, none the server's; 25–75 % per loop", Check: s.load(runs.Ports16),
		},
		{
			ID: "sipp-home", Text: "the same from one source port with home=always",
			Bar: "no more failures than SIPp alone, none the server's; 25–75 % per loop", Check: s.load(runs.HomeAlways),
		},
		{
			ID: "sipp-options", Text: "OPTIONS answered by the script",
			Bar: "no more failures than SIPp alone, none the server's; 25–75 % per loop", Check: s.load(runs.OptionsAnswered),
		},
		{
			ID: "home-order", Text: "messages of one call never run at the same time and start in the order of arrival",
			Bar: "0 out of order over sockets under the race detector; hand-overs counted",
			Check: claim.All{
				claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestHomeAlwaysKeepsOrder"}, Race: true},
				claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestShuffledOrderForAThousandSeeds", "TestShuffleFindsAWrongHome", "TestShuffledSeedReplays"}},
			},
		},
		{
			ID: "allocations", Text: "nothing allocates: index, typed headers, a script of 30 statements, OPTIONS answered, INVITE and reply forwarded, hand-over",
			Bar: "0 allocations",
			Check: claim.All{
				claim.GoTest{Package: "./sipparse", Tests: []string{"TestNothingAllocates", "TestFramerDoesNotAllocate"}},
				claim.GoTest{Package: "./script/compile", Tests: []string{"TestThirtyStatementsDoNotAllocate", "TestParkingAndResumingDoNotAllocate"}},
				claim.GoTest{Package: "./engine/core", Tests: []string{"TestHotPathAllocatesNothing", "TestHandOverAllocatesNothing"}},
			},
		},
		{
			ID: "suspension", Text: "a script that waits goes on with all values; retransmissions run nothing twice; CANCEL is honoured",
			Bar: "all tests pass, recycled memory overwritten, also under the race detector",
			Check: claim.All{
				suspension(false),
				suspension(true),
			},
		},
		{
			ID: "suspend-p99", Text: "while one message waits, the others do not",
			Bar:   "p99 of OPTIONS at most 5 ms above its value without",
			Check: claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestWaitCostsOthersNothing"}, Tags: "debugpool"},
		},
		{
			ID: "reload", Text: "a configuration is exchanged under traffic with scripts waiting",
			Bar:   "nothing lost, nothing answered twice, no race",
			Check: claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestReloadUnderTraffic"}, Race: true},
		},
		{
			ID: "torture", Text: "the torture messages through the running server",
			Bar: "all 62 survived and answered as their index says, at most 2 explained differences",
			Check: claim.GoTest{
				Package: "./engine/e2e", Tests: []string{"TestTorture"}, Needs: torture, NeedsName: "torture messages",
			},
		},
		{
			ID: "broken-scripts", Text: "each error of a broken script is named at the line of its cause, all in one run",
			Bar: "all tests pass",
			Check: claim.All{
				claim.GoTest{Package: "./script/check", Tests: []string{"TestBrokenScriptsAreExplained", "TestEveryMistakeIsFoundAtItsCause"}},
				claim.GoTest{Package: "./cmd/sipedge", Tests: []string{"TestCheckOfABadScriptNamesEveryErrorAndFails"}},
			},
		},
		{
			ID: "bad-input", Text: "garbage, oversized and half messages are counted, dropped or answered; a start that cannot work is one line",
			Bar: "no crash; exit 255",
			Check: claim.All{
				claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestBadInput", "TestPortInUse"}},
				claim.GoTest{Package: "./cmd/sipedge", Tests: []string{
					"TestWhatCannotBeStartedFailsWithOneLine", "TestPortInUseByAnotherSipedgeIsOneLine", "TestWrongOptionsAreNamedInOneLine",
				}},
				claim.Func(s.unknownFlag),
			},
		},
		{
			ID: "cpu", Text: "CPU time per message, beside Kamailio where it is installed", Bar: "none yet; the figure is there",
			Check: claim.Func(s.cpu),
		},
	}
}

// suspension is the tests about waiting scripts.
func suspension(race bool) claim.Check {
	return claim.GoTest{
		Package: "./engine/e2e", Tags: "debugpool", Race: race, Timeout: 5 * time.Minute,
		Tests: []string{"TestSuspensionKeepsValues", "TestRetransmissionMeanwhileRunsNothingTwice", "TestCancelMeanwhileIsHonoured"},
	}
}
