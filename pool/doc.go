// Package pool holds what keeps event loops from waiting and the collector from
// scanning: Pool runs work that may block on a bounded number of goroutines and
// posts the outcome back, exactly once; Arena lends memory for message bytes
// from large blocks without pointers.
//
// It imports nothing of sipedge and knows neither loops nor SIP: a job brings
// the function by which its outcome is delivered.
package pool
