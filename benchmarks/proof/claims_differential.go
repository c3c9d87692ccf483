package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/servers"
)

// claimsDifferential are the claims about scripts that sipedge and Kamailio run side by side.
func claimsDifferential(*settings) []claim.Claim {
	return []claim.Claim{{
		ID: "side-by-side", Text: "small scripts over operators, types, variables, transformations, functions, statements and directives mean the same to sipedge and Kamailio 5.6.3",
		Bar: "0 unexplained; each explanation quotes a line of the specification and is needed; a server that differs is found out",
		Check: claim.All{
			claim.Func(differential),
			claim.GoTest{Package: "./benchmarks/differential", Tests: []string{
				"TestEveryDifferenceIsUnexplainedUntilARowExpectsIt", "TestAnExplanationExpectsOneResultAlone", "TestAWrongQuotationIsAnError",
				"TestScriptsAreManyAndTheirNamesAreDifferent",
			}},
		},
	}}
}

// differential runs the comparison, where there is a Kamailio to compare with, and then the test that it bites.
func differential(ctx context.Context) claim.Outcome {
	if _, err := servers.Kamailio(); errors.Is(err, servers.ErrNoKamailio) {
		return claim.Outcome{State: claim.NotHere, Figure: err.Error()}
	}
	return claim.All{
		claim.Func(comparison),
		claim.GoTest{Package: "./benchmarks/differential", Tests: []string{"TestAServerThatDiffersIsFoundOut"}},
	}.Check(ctx)
}

// figures are what the comparison prints: how many scripts are equal, explained and unexplained.
var figures = regexp.MustCompile(`equal/explained/unexplained (\d+)/(\d+)/(\d+)`)

// enoughScripts is the least number of scripts that makes the comparison worth anything.
const enoughScripts = 300

// comparison is held when the command ends well, has compared enough scripts, and explains every difference.
func comparison(ctx context.Context) claim.Outcome {
	out, err := exec.CommandContext(ctx, "go", "run", "./benchmarks/differential").CombinedOutput()
	m := figures.FindStringSubmatch(string(out))
	if m == nil {
		return claim.Outcome{Figure: fmt.Sprintf("no figures: %v", err), Detail: string(out)}
	}
	n := make([]int, 3)
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // digits by the expression
	}
	o := claim.Outcome{State: claim.Held, Figure: m[0]}
	if err != nil || n[2] != 0 || n[0]+n[1] < enoughScripts {
		o.State, o.Detail = claim.NotHeld, string(out)
	}
	return o
}
