package sippload

import (
	"errors"
	"testing"
)

// needSIPp skips a test where SIPp is not installed.
func needSIPp(t *testing.T) {
	t.Helper()
	if _, err := Find(); errors.Is(err, ErrNoSIPp) {
		t.Skip(err)
	}
}

func TestStraightCallsRunThrough(t *testing.T) {
	needSIPp(t)
	res, err := Run(t.Context(), Spec{Scenario: Invite, Calls: 20, Rate: 100, Callers: 4, Callees: 2})
	if err != nil {
		t.Fatal(err)
	}
	if res.Failed() != 0 || res.Caller.Created != 20 || res.Caller.Succeeded != 20 || res.Callee.Created != 20 {
		t.Errorf("result %+v", res)
	}
	if res.Response.Count != 20 || res.Response.P99 <= 0 || res.Elapsed <= 0 {
		t.Errorf("response times %+v in %v", res.Response, res.Elapsed)
	}
}
