package main

import (
	"time"

	"sipedge/benchmarks/claim"
)

// claimsTM are the claims about transactions (module tm).
func claimsTM(*settings) []claim.Claim {
	const tm = "./engine/mod/tm"
	return []claim.Claim{
		{
			ID: "tm-rfc", Text: "transactions hold RFC 3261 §16 and §17, RFC 6026, RFC 4320 and RFC 5393, also where Kamailio 5.6.3 does not",
			Bar: "all tables of cases pass, recycled memory overwritten",
			Check: claim.GoTest{Package: tm, Tags: "debugpool", Tests: []string{
				"TestRFC3261_16_3_RequestValidation", "TestRFC3261_16_3_BrokenRequestsGet400", "TestRFC3261_16_6_RequestForwarding",
				"TestRFC3261_16_6_BranchesOfAnUpstreamForkBothPass", "TestRFC3261_16_6_AckOfFailureIsHopByHop",
				"TestRFC3261_16_7_ResponseProcessing", "TestRFC3261_16_7_ChallengesAreCollected", "TestRFC3261_16_7_LosingBranchesAreCancelled",
				"TestRFC3261_16_8_TimerC", "TestRFC3261_16_8_FrInvTimer", "TestRFC3261_16_9_ABranchThatCannotBeSent", "TestRFC3261_16_10_Cancel",
				"TestRFC3261_17_1_1_InviteClient", "TestRFC3261_17_1_2_NonInviteClient", "TestRFC3261_17_1_3_MatchingReplies",
				"TestRFC3261_17_2_1_InviteServer", "TestRFC3261_17_2_2_NonInviteServer", "TestRFC3261_17_2_3_MatchingRequests", "TestRFC3261_17_2_3_MatchingRFC2543",
				"TestRFC6026_7_1_ServerAccepted", "TestRFC6026_7_2_ClientAccepted",
				"TestRFC4320_4_1_ProvisionalReplies", "TestRFC4320_4_1_TryingAfterTimerEHasReachedT2", "TestRFC4320_4_2_No408",
				"TestRFC5393_4_2_LoopDetection", "TestRFC5393_4_2_ALoopWithARewrittenURI",
				"TestCheckViaDropsRepliesThatAreNotOurs",
			}},
		},
		{
			ID: "tm-forks", Text: "serial forking to voicemail on 486 and 408; a reply dropped in onreply_route, a branch in branch_route; t_on_failure(\"0\") disarms",
			Bar: "all tests on the wire pass",
			Check: claim.GoTest{Package: tm, Tests: []string{
				"TestFailureRouteForksSerially", "TestFailureReplyModeAndDropReplies", "TestFailureRouteMayAnswer", "TestFailureRouteActsOnce",
				"TestOnFailure0Disarms", "TestReplyRouteDropsProvisionalReplies", "TestMainReplyRouteDropsAnyReply", "TestBranchRoute", "TestAllBranchesDropped",
				"TestQOrder", "TestNoNewBranchAfter6xx", "TestStateOfTheTransactionIsSeenByItsRoutes", "TestEditsAreInLaterForks",
			}},
		},
		{
			ID: "tm-suspension", Text: "a script may wait in any route of a transaction; replies, timers and a CANCEL wait their turn",
			Bar: "all tests pass, recycled memory overwritten",
			Check: claim.GoTest{Package: tm, Tags: "debugpool", Tests: []string{
				"TestSuspensionInTheRequestRoute", "TestSuspensionInTheFailureRoute", "TestSuspensionInTheReplyRoute", "TestSuspensionInTheBranchRoute",
				"TestSuspendAndContinue", "TestAPanicInARouteEndsTheTransaction",
			}},
		},
		{
			ID: "tm-lossy", Text: "calls with forks, cancels and waiting scripts over a lossy network, two loops, 40 seeds",
			Bar:   "every call ends, nothing is left in slabs and arenas",
			Check: claim.GoTest{Package: tm, Tags: "debugpool", Tests: []string{"TestLossyCallsEndAndLeaveNothing"}},
		},
		{
			ID: "tm-memory", Text: "entries hold no pointers; a relayed call from INVITE to BYE makes at most 2 heap objects; bytes per waiting transaction",
			Bar: "≤ 2 objects per call; bytes printed",
			Check: claim.GoTest{Package: tm, Tests: []string{
				"TestEntriesHoldNoPointers", "TestPointersAreFound", "TestACallAllocatesNothingToSpeakOf", "TestBytesPerWaitingTransaction",
			}},
		},
		{
			ID: "tm-collector", Text: "with 500,000 transactions alive the garbage collector has nothing to do with them",
			Bar:   "≤ 2 % of the CPU at 10,000 messages/s; p99.9 ≤ 2 × that of an empty table, median of 5 interleaved runs",
			Check: claim.GoTest{Package: tm, Tags: "collector", Tests: []string{"TestHalfAMillionTransactionsCostTheCollectorNothing"}, Timeout: 10 * time.Minute},
		},
		{
			ID: "tm-bad-input", Text: "replies and ACKs for nobody, CANCEL without INVITE, a To tag that flips, two branches with one 2xx tag, 1,000 branches asked for",
			Bar: "answered as the RFC says, bounded, counted",
			Check: claim.GoTest{Package: tm, Tests: []string{
				"TestRepliesForNobody", "TestAcksForNobody", "TestRFC3261_16_10_Cancel", "TestRFC6026_7_2_ClientAccepted", "TestThousandBranchesAreBounded",
			}},
		},
	}
}
