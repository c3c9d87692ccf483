package main

import "sipedge/benchmarks/claim"

// claimsLocks are the claims about lock() and unlock() of module cfgutils.
func claimsLocks(*settings) []claim.Claim {
	return []claim.Claim{
		{
			ID: "locks-blocking", Text: `lock("x") held by a suspended script blocks only scripts that want "x"; it ends with its message and survives a reload`,
			Bar: "all tests pass, also with recycled memory overwritten",
			Check: claim.All{
				claim.GoTest{Package: "./engine/mod/cfgutils", Tests: []string{
					"TestALockBlocksOnlyThoseWhoWantIt", "TestThoseWhoWaitGetTheLockInTheirOrder", "TestALockEndsWithItsMessage", "TestLocksSurviveAReload",
				}},
				claim.GoTest{Package: "./engine/mod/cfgutils", Tests: []string{"TestALockBlocksOnlyThoseWhoWantIt", "TestALockEndsWithItsMessage"}, Tags: "debugpool"},
			},
		},
		{
			ID: "locks-deadlock", Text: "two scripts that take two locks in opposite order end with a logged error for one, rings of three too",
			Bar:   "all tests pass",
			Check: claim.GoTest{Package: "./engine/mod/cfgutils", Tests: []string{"TestOppositeOrderEndsWithAnErrorForOne", "TestARingOfThreeIsFound"}},
		},
		{
			ID: "locks", Text: "locks over several loops and real sockets: no change under a lock is lost, nobody waits for ever",
			Bar:   "120 of 120 changes and answers, no race",
			Check: claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestLocksOverLoops"}, Race: true},
		},
	}
}
