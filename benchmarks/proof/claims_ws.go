package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/wsload"
)

const (
	// wsClients is the number of WebSocket connections of the calls.
	wsClients = 64
	// wsOffer is how long the offers are, bytes: like those of browsers.
	wsOffer = 4000
	// wsFrames is in how many frames the clients of the second run send each message.
	wsFrames = 3
)

// claimsWS are the claims about SIP over WebSocket (modules xhttp and websocket).
func claimsWS(s *settings) []claim.Claim {
	claims := []claim.Claim{
		{
			ID: "ws-frames", Text: "WebSocket: masks, lengths, frames in pieces, control frames between them, closes, UTF-8 and limits, and a stream of SIP, HTTP and WebSocket",
			Bar: "identical however a stream is cut, at every byte and a byte at a time; memory is given back",
			Check: claim.All{
				claim.GoTest{Package: "./engine/ws", Tests: []string{
					"TestFrames", "TestTheSameFramesHoweverAStreamIsCut", "TestTheLimitHoldsForOneFrameAndForMany", "TestAFrameMustFitIntoTheReadBuffer",
					"TestMemoryIsGivenBack", "TestOnePeerHasAShareOfTheMemory", "TestWithoutMemoryThePeerIsToldToComeBack", "TestAccept", "FuzzDecode",
				}},
				claim.GoTest{Package: "./engine/core", Tests: []string{"TestOneStreamOfThreeProtocolsHoweverItIsCut", "FuzzWebStream"}},
				claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestMessagesOverWebSocket", "TestHTTPHoweverItIsCut"}},
			},
		},
		{
			ID: "ws-peers", Text: "WebSocket: handshakes, keep-alives, what breaks the protocol, a client lost in mid-call, no connection is ever opened to a client, ws_close(), reload, WSS",
			Bar: "all tests over real sockets pass",
			Check: claim.GoTest{Package: "./engine/e2e", Tests: []string{
				"TestHandshakes", "TestCORS", "TestKeepAlivesOfClients", "TestWhatBreaksTheProtocolEndsTheConnection", "TestCallsBetweenWebSocketAndUDP",
				"TestNothingConnectsToAWebSocketClient", "TestAClientThatIsLostInMidCall", "TestWsClose", "TestSilentClientsArePingedAndGivenUp",
				"TestAMessageInFramesHasItsTime", "TestAnAliasLeadsToAWebSocketConnection", "TestWebSocketConnectionsSurviveAReload",
				"TestWebSocketOverTLS", "TestWebSocketConnectionsOverTLSGiveTheirPlacesBack",
			}},
		},
		{
			ID: "ws-hot-path", Text: "a message over WebSocket, in one frame or in several, answered or passed on",
			Bar: "0 allocations",
			Check: claim.All{
				claim.GoTest{Package: "./engine/core", Tests: []string{"TestMessagesOverWebSocketAllocateNothing"}},
				claim.GoTest{Package: "./engine/ws", Tests: []string{"TestDecodingDoesNotAllocate"}},
			},
		},
		{
			ID: "ws-calls", Text: fmt.Sprintf("%d calls between WebSocket and UDP, half of them each way, from %d clients of another implementation", s.calls, wsClients),
			Bar:   fmt.Sprintf("0 failed; nor with each message of a client in %d frames", wsFrames),
			Check: claim.All{s.wsCalls(1), s.wsCalls(wsFrames)},
		},
	}
	if s.fuzzTime > 0 {
		claims = append(claims, claim.Claim{
			ID: "ws-fuzz", Text: "the fuzz target of WebSocket frames, " + s.fuzzTime.String(), Bar: "no finding",
			Check: claim.Fuzz{Package: "./engine/ws", Time: s.fuzzTime},
		})
	}
	return claims
}

// wsCalls makes calls through a server of its own.
func (s *settings) wsCalls(frames int) claim.Check {
	return claim.Func(func(ctx context.Context) claim.Outcome {
		r, err := s.runWSCalls(ctx, frames)
		if err != nil {
			return claim.Outcome{Figure: err.Error()}
		}
		o := claim.Outcome{Figure: fmt.Sprintf("%d of %d calls through, %d frames a message", r.Done, s.calls, frames), Detail: strings.Join(r.Failed, "\n")}
		if r.Done == s.calls && len(r.Failed) == 0 && r.Pings == wsClients {
			o.State = claim.Held
		}
		return o
	})
}

func (s *settings) runWSCalls(ctx context.Context, frames int) (wsload.Result, error) {
	var none wsload.Result
	program, err := s.program()
	if err != nil {
		return none, err
	}
	dir, err := os.MkdirTemp("", "sipedge-ws-")
	if err != nil {
		return none, err
	}
	defer os.RemoveAll(dir)
	ports, err := servers.FreePorts(1)
	if err != nil {
		return none, err
	}
	phone, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return none, err
	}
	defer phone.Close()
	script := wsload.Script(ports[0], phone.LocalAddr().(*net.UDPAddr).Port)
	server, err := servers.Start(ctx, servers.Sipedge(program), dir, ports[0], script)
	if err != nil {
		return none, err
	}
	defer server.Stop()
	return wsload.Run(ctx, wsload.Load{Server: server.Addr(), Clients: wsClients, Calls: s.calls, Rate: s.rate, Bytes: wsOffer, Frames: frames}, phone)
}
