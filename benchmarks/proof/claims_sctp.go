package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/sctpvm"
)

// sctpLog keeps the checks of the virtual machine.
const sctpLog = "benchmarks/results/SCTP.log"

// claimsSCTP are the claims about SCTP.
func claimsSCTP(*settings) []claim.Claim {
	return []claim.Claim{
		{
			ID: "sctp", Text: "on a kernel with SCTP: calls of SIPp between SCTP and UDP both ways, replies over their association, each parameter sctp_* by its socket option or its effect, with and without it",
			Bar: "every check in the virtual machine holds, SIPp's calls among them", Check: claim.Func(inVirtualMachine),
		},
		{
			ID: "sctp-options", Text: "options of SCTP byte by byte, notifications, start without SCTP, and what waits, is sent again or is given up, against a kernel of the tests' own",
			Bar: "all tests pass, none of them allocates on the way of a message",
			Check: claim.All{
				claim.GoTest{Package: "./reactor", Tests: []string{
					"TestEachParameterIsItsSocketOption", "TestOptionsOfANewSocket", "TestOlderKernelsGetTheOlderNotifications", "TestARefusedOptionNamesItsParameters",
					"TestSystemValuesComeBack", "TestNotificationsAreDecoded", "TestAReplyGoesOverTheAssociationOfItsRequest", "TestAPeerWithSeveralAddressesIsOne",
					"TestSCTPMessagesThatTheKernelDoesNotTakeWaitInOrder", "TestAMessageThatTheKernelGivesUpIsToldOnce", "TestAMessageIsSentAgain", "TestMaxAssocs",
					"TestALongMessageIsDropped", "TestAPeerThatTakesNothing", "TestAnotherLoopSends", "TestSCTPAllocatesNothing",
				}, Timeout: 5 * time.Minute},
				claim.GoTest{Package: "./engine/core", Tests: []string{
					"TestSCTPMessagesOnTheirWay", "TestWithoutReuseRepliesGoByTheVia", "TestRelayOverSCTP", "TestAnUndeliverableRequestEndsItsBranch",
					"TestAssociationsAreLoggedAndListed", "TestWhetherSCTPIsServed", "TestSCTPParametersReachTheReactor",
				}},
			},
		},
	}
}

// inVirtualMachine runs all checks and keeps their log.
func inVirtualMachine(ctx context.Context) claim.Outcome {
	r, err := sctpvm.Run(ctx, "")
	var m *sctpvm.Missing
	switch {
	case errors.As(err, &m):
		return claim.Outcome{State: claim.NotHere, Figure: m.What}
	case err != nil:
		return claim.Outcome{Figure: err.Error()}
	}
	bad := r.Failed()
	o := claim.Outcome{State: claim.Held, Figure: fmt.Sprintf("%d of %d checks on Linux %s, %v", len(r.Checks)-len(bad), len(r.Checks), r.Kernel, r.Took.Round(time.Second))}
	switch {
	case len(bad) > 0:
		o.State, o.Detail = claim.NotHeld, r.Report()+r.Console
	case !r.SIPp:
		o.State, o.Figure = claim.NotHere, o.Figure+"; no SIPp that speaks SCTP"
	default:
		if err := r.Keep(sctpLog); err != nil {
			o.Detail = err.Error()
		}
	}
	return o
}
