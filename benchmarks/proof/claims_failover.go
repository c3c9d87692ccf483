package main

import "sipedge/benchmarks/claim"

// claimsFailover are the claims about next hops that fail: the next address of a name, the list of
// destinations that failed, ICMP errors.
func claimsFailover(*settings) []claim.Claim {
	const tm = "./engine/mod/tm"
	return []claim.Claim{
		{
			ID: "failover-sipp", Text: "SIPp calls a name with a closed UDP port, a refused TCP port and a good target; with use_dst_blacklist the next calls go straight to it, after expiry the first are tried again",
			Bar:   "every call succeeds; the dead targets are tried once before the list's time is over and once after",
			Check: claim.GoTest{Package: "./benchmarks/failover", Tests: []string{"TestSIPpCallsFailOver"}},
		},
		{
			ID: "failover-dead", Text: "a next hop that is not there ends its own call at once: closed UDP port (ICMP is read), refused TCP",
			Bar:   "final answer within 1 s, refused TCP within 100 ms (median); a call beside them goes on",
			Check: claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestNextHopsThatAreNotThereAreToldAtOnce", "TestACallFailsOverToTheTargetThatLives", "TestFailoverOverTLS", "TestFailoverOfALargeRequest", "TestAReplyThatCannotConnectListsTheCaller"}},
		},
		{
			ID: "failover-rules", Text: "the next address of a name is tried after silence, 503 and a transport error, and only then; at most 8; failures are kept back; forks, branch_route, CANCEL",
			Bar: "all tables of cases pass, recycled memory overwritten",
			Check: claim.GoTest{Package: tm, Tags: "debugpool", Tests: []string{
				"TestFailoverTriesTheNextAddress", "TestFailoverKeepsFailuresBack", "TestFailoverIsLeftOut", "TestFailoverTriesEightAddresses",
				"TestFailoverKeepsWhatABranchRouteHasDone", "TestFailoverOfAFork", "TestForwardTriesTheNextAddress",
				"TestForwardTriesTheNextAddressBehindOneItCannotSendTo", "TestABranchRouteMaySendToANameThatIsNotKnown",
				"TestABranchWhoseNameLeadsNowhereIsOneThatCannotBeSent", "TestABranchThatWaitsForItsNameIsCancelled", "TestARequestOfOurOwnWaitsForItsName", "TestFailoverOfARequestOfOurOwn",
			}},
		},
		{
			ID: "failover-list", Text: "destinations are listed after time-outs, ICMP errors, refused connections and 503 with Retry-After, by method and mask, and passed over until their time is over",
			Bar: "all tests pass",
			Check: claim.GoTest{Package: tm, Tests: []string{
				"TestListedAddressesArePassedOver", "TestMethodsOfTheList", "TestA503ListsItsSender", "TestDestinationThatTimedOutIsPassedOver",
			}},
		},
		{
			ID: "failover-forged", Text: "an ICMP error that does not repeat the branch of our request ends no branch and lists no destination",
			Bar: "16 quotations, true and forged",
			Check: claim.GoTest{Package: tm, Tests: []string{
				"TestForgedICMPErrorsEndNothing", "TestAnICMPErrorBehindAnAnswerChangesNothing", "TestAClosedPortFailsTheBranchAtOnce",
			}},
		},
		{
			ID: "failover-others", Text: "ICMP errors cost the datagrams to others nothing, with every poll method, over IPv4 and IPv6",
			Bar:   "0 lost",
			Check: claim.GoTest{Package: "./reactor", Tests: []string{"TestAClosedPortIsToldAtOnce", "TestARefusedDatagramIsTold"}},
		},
	}
}
