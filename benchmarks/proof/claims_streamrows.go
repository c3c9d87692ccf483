package main

import (
	"context"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/framing"
)

// claimsStreamRows are the claims about the rows of streams in the cookbook's index.
func claimsStreamRows(s *settings) []claim.Claim {
	return []claim.Claim{
		{
			ID: "streams-rows", Text: "each row of streams in the cookbook's index has a case through a running server (socket option read back, time over, limit reached), which fails with the row's parameter or statement left out; those of SCTP have theirs in the virtual machine of the claim sctp",
			Bar: "all 70 rows covered, 24 of them over SCTP",
			Check: claim.All{
				claim.GoTest{Package: "./engine/e2e/rows", Tests: []string{"TestEveryRowOfTheStreams", "TestEveryAliasOfTheStreamsIsShown"}},
				claim.Command{
					Name:   "rows",
					Args:   []string{"go", "test", "-count=1", "-v", "-run", "TestEveryRowOfTheStreams", "./engine/e2e/rows"},
					Prints: "rows of the streams covered / in all: 70 / 70",
				},
			},
		},
		{
			ID: "streams-framing", Text: "100 messages cut at every byte, byte by byte, and all in one write; bad Content-Lengths (2^31, 2^32, 2^63, 2^64, negative, two that differ, lists, hexadecimal, blanks, …); over TCP to a server of its own process",
			Bar: "identical answers; 400 and the end for each bad length, nothing of the body served",
			Check: claim.All{
				claim.Func(s.framing),
				claim.GoTest{Package: "./benchmarks/framing", Tests: []string{"TestTheSameAnswersHoweverAStreamArrives", "TestASplitStreamIsNoticed", "TestTheCorpus"}},
			},
		},
		{
			ID: "streams-proxy", Text: "HAProxy's PROXY protocol, versions 1 and 2: whole, byte by byte, with a request right behind it; malformed, missing or late headers",
			Bar: "source and destination as it says; closed, counted and logged otherwise",
			Check: claim.All{
				claim.GoTest{Package: "./reactor/internal/proxyproto", Tests: []string{"TestHeaders", "TestMalformedHeaders", "FuzzParse"}},
				claim.GoTest{Package: "./reactor", Tests: []string{
					"TestAProxyHeaderSaysWhoseAConnectionIs", "TestAProxyHeaderThatIsNone", "TestAProxyHeaderIsAwaitedForATime",
					"TestAConnectionWithoutProxyHeader", "TestTheShareIsTheClientsNotTheLoadBalancers",
				}},
				claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestAScriptSeesWhoIsBehindALoadBalancer", "TestAListenAddressForLoadBalancersAlone"}},
			},
		},
	}
}

// framing asks the built program.
func (s *settings) framing(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	r, err := framing.Prove(ctx, program)
	if err != nil {
		return claim.Outcome{State: claim.NotHeld, Figure: err.Error()}
	}
	return claim.Outcome{State: claim.Held, Figure: r.String()}
}
