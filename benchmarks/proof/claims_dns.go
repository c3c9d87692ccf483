package main

import (
	"context"
	"fmt"
	"time"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/hostiledns"
)

const (
	// dnsFor and dnsBeside are how the bad name servers are met in a proof run: some at a time, so that it ends in some minutes.
	// The command benchmarks/dns, and -dns-beside 1 here, meet one at a time.
	dnsFor    = 20 * time.Second
	dnsBeside = 4
)

// claimsDNS are the claims about names as destinations.
func claimsDNS(s *settings) []claim.Claim {
	const resolver = "./engine/dns"
	return []claim.Claim{
		{
			ID: "dns-hostile", Text: "23 kinds of bad name servers: for each 20 s of 100 requests/s to the name, 500/s to others, stateless and through t_relay",
			Bar: fmt.Sprintf("others: 0 lost, p99 ≤ %v (or twice that of a second server without bad names, where the machine is busy); final answer ≤ %v with the right status; ≤ %d queries per name, ≤ %d SRV targets",
				hostiledns.LateLimit, hostiledns.FinalLimit, hostiledns.MaxOutstanding, hostiledns.MaxTargets),
			Check: claim.Func(s.hostileDNS),
		},
		{
			ID: "dns-fair", Text: "ever new names of one silent domain do not take the look-ups of others; who waits for one name is bounded",
			Bar:   "all tests pass",
			Check: claim.GoTest{Package: resolver, Tests: []string{"TestOneZoneDoesNotTakeAllLookups", "TestZonesOfNames", "TestWaitersForOneDestinationAreBounded", "TestLookupsAreBounded", "TestResolutionsAreBounded"}},
		},
		{
			ID: "dns-weights", Text: "SRV records of one priority get requests by their weights, NAPTR records are tried in order (RFC 2782, RFC 3263)",
			Bar:   "100,000 picks within 2 %, fixed seed",
			Check: claim.GoTest{Package: resolver, Tests: []string{"TestWeightsArePicked", "TestWithoutBalancingTheOrderIsFixed", "TestServicesAreTriedInOrder", "TestTargetsAreBounded"}},
		},
		{
			ID: "dns-table", Text: "the decision table of RFC 3263: numeric host, port, transport, sips, records of each kind",
			Bar:   "≥ 30 rows, all right",
			Check: claim.GoTest{Package: resolver, Tests: []string{"TestDecisionTable", "TestDestinationFromTheNetwork"}},
		},
		{
			ID: "dns-cache", Text: "a cache hit takes no time to speak of and makes no garbage, nor does a whole destination from the cache",
			Bar:   "≤ 100 ns, 0 allocations",
			Check: claim.GoTest{Package: resolver, Tests: []string{"TestHitCost", "TestHitAllocatesNothing"}},
		},
		{
			ID: "dns-memory", Text: "the memory limit of the cache holds while 1,000,000 names are asked for, by its account and by the collector's",
			Bar:   "≤ dns_cache_mem all the while; the heap grows by no more than that and 1 MB",
			Check: claim.GoTest{Package: resolver, Tags: "million", Tests: []string{"TestMemoryIsHeldWhileNamesAreAskedFor", "TestMemoryIsHeld", "TestBytesOfEntriesAreReal"}, Timeout: 5 * time.Minute},
		},
		{
			ID: "dns-refresh", Text: "a name in use is refreshed before its time is over",
			Bar: "0 misses seen by traffic behind the first request; with dns_cache_refresh=no there are some",
			Check: claim.All{
				claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestTrafficNeverMissesAHotName"}},
				claim.GoTest{Package: resolver, Tests: []string{"TestHotNameIsNeverMissed", "TestNamesInUseAreRefreshed"}},
			},
		},
		{
			ID: "dns-stale", Text: "all name servers dead: the last good answers keep calls flowing for the configured time, and no longer",
			Bar: "0 of the requests lost within it; 500 beyond it",
			Check: claim.All{
				claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestCallsFlowWhileAllNameServersAreDead"}},
				claim.GoTest{Package: resolver, Tests: []string{"TestLastGoodAnswerWhileServersAreDead"}},
			},
		},
		{
			ID: "dns-rows", Text: "each row of area dns in the cookbook's index has a case, which fails without what the row is about",
			Bar: "all 42 rows covered",
			Check: claim.All{
				claim.GoTest{Package: "./engine/e2e/rows", Tests: []string{"TestEveryRowOfDNS", "TestEveryAliasOfDNSIsShown"}},
				claim.Command{
					Name:   "rows",
					Args:   []string{"go", "test", "-count=1", "-v", "-run", "TestEveryRowOfDNS", "./engine/e2e/rows"},
					Prints: "rows of dns covered / in all: 42 / 42",
				},
			},
		},
		{
			ID: "dns-commands", Text: "the dns.* commands do what Kamailio's do; permanent entries survive; servers that are not asked are not asked",
			Bar:   "all tests pass",
			Check: claim.GoTest{Package: resolver, Tests: []string{"TestCommands", "TestAPermanentEntrySurvives", "TestServersThatAreNotAsked", "TestManualEntries", "TestManualAliasIsFollowed"}},
		},
		{
			ID: "dns-vias", Text: "dns and rev_dns decide about received; replies find names in Vias (RFC 3261 §18.2.2, RFC 3263 §5)",
			Bar: "all tests pass",
			Check: claim.GoTest{Package: "./engine/corefuncs", Tests: []string{
				"TestReceivedWithNamesInVias", "TestAddressesInViasAreNotLookedUp", "TestRequestsDoNotFailByTheirVias", "TestRepliesGoToNamesInVias", "TestRepliesToNowhereAreDropped",
			}},
		},
		{
			ID: "dns-start", Text: "look-ups at start are bounded in all and run at once; a listen name that leads nowhere is an error with file and line",
			Bar: "all tests pass, with a silent name server too",
			Check: claim.All{
				claim.GoTest{Package: "./engine/params", Tests: []string{
					"TestListenOnNames", "TestEveryLineThatLeadsNowhereIsNamed", "TestNamesAreLookedUpAtOnce", "TestASilentNameServerDelaysTheStartByItsBoundAlone",
					"TestAResolverThatHeedsNobodyDoesNotHoldTheStart", "TestAutoAliasesAreBoundedInTime",
				}},
				claim.GoTest{Package: "./cmd/sipedge", Tests: []string{"TestListenNamesThatLeadNowhereAreNamedWithTheirLines"}},
				claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestAListenNameIsMyself"}},
			},
		},
		{
			ID: "dns-fuzz", Text: "fuzz targets over what is done with servers' answers, " + max(shortFuzz, s.fuzzTime).String() + " each",
			Bar:   "no finding",
			Check: claim.Fuzz{Package: resolver, Time: max(shortFuzz, s.fuzzTime)},
		},
	}
}

// hostileDNS meets the bad name servers.
func (s *settings) hostileDNS(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	plan := hostiledns.Plan{Sipedge: program, For: s.dnsFor, Beside: s.dnsBeside}
	rows, err := hostiledns.Measure(ctx, plan)
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	o := claim.Outcome{State: claim.Held, Figure: hostiledns.Summary(plan, rows), Table: hostiledns.Table(rows)}
	for _, r := range rows {
		if ok, why := r.Held(); !ok {
			o.State = claim.NotHeld
			o.Detail += r.What + ": " + why + "\n"
		}
	}
	return o
}
