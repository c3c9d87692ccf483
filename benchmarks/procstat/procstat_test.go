package procstat

import (
	"fmt"
	"os"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	tests := []struct {
		name string
		text string
		want Process
		fail bool
	}{
		{
			name: "plain",
			text: "812 (sipedge) S 1 812 812 0 -1 4194304 99 0 0 0 150 25 0 0 20 0 9 0 1095 31 3",
			want: Process{PID: 812, Parent: 1, CPU: CPU{1500 * time.Millisecond, 250 * time.Millisecond}},
		},
		{
			name: "a name with spaces and parentheses",
			text: "7 (a) b (c)) R 3 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 5 0 0",
			want: Process{PID: 7, Parent: 3, CPU: CPU{10 * time.Millisecond, 20 * time.Millisecond}},
		},
		{name: "no name", text: "812 S 1", fail: true},
		{name: "cut short", text: "812 (sipedge) S 1 812", fail: true},
		{name: "no number", text: "x (sipedge) S 1 812 812 0 -1 0 0 0 0 0 1 2 0", fail: true},
		{name: "a time that is no number", text: "8 (s) S 1 8 8 0 -1 0 0 0 0 0 one 2 0", fail: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseStat([]byte(test.text))
			if (err != nil) != test.fail {
				t.Fatalf("error %v, want one: %v", err, test.fail)
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestSumTreeCountsDescendantsAndNobodyElse(t *testing.T) {
	cpu := func(ms int) CPU { return CPU{User: time.Duration(ms) * time.Millisecond} }
	processes := []Process{
		{PID: 10, Parent: 1, CPU: cpu(1)},
		{PID: 11, Parent: 10, CPU: cpu(2)},
		{PID: 12, Parent: 11, CPU: cpu(4)},
		{PID: 20, Parent: 1, CPU: cpu(8)},
		{PID: 21, Parent: 20, CPU: cpu(16)},
	}
	got, err := sumTree(processes, 10)
	if err != nil || got != cpu(7) {
		t.Errorf("got %v, %v, want 7ms", got, err)
	}
	if _, err := sumTree(processes, 99); err == nil {
		t.Error("no error for a process that is not there")
	}
}

func TestTreeFindsThisProcess(t *testing.T) {
	if _, err := os.Stat(root + "/self/stat"); err != nil {
		t.Skip("this system has no /proc")
	}
	if _, err := Tree(os.Getpid()); err != nil {
		t.Error(err)
	}
}

func TestParseUDPAddsTheDropsOfSocketsThatShareAPort(t *testing.T) {
	text := "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n" +
		"  100: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5555 2 0000000000000000 3\n" +
		"  101: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5556 2 0000000000000000 4\n" +
		"  102: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5557 2 0000000000000000 0\n"
	drops := make(map[int]uint64)
	if err := parseUDP(text, drops); err != nil {
		t.Fatal(err)
	}
	if len(drops) != 2 || drops[5060] != 7 || drops[53] != 0 {
		t.Errorf("got %v", drops)
	}
}

func TestParseUDPRefusesATableThatItDoesNotUnderstand(t *testing.T) {
	for _, row := range []string{"0: noport x 1", "0: 0100007F:ZZZZ x 1", "0: 0100007F:13C4 x many"} {
		if err := parseUDP("head\n"+row+"\n", map[int]uint64{}); err == nil {
			t.Errorf("row %q was taken", row)
		}
	}
}

func TestResidentGrowsWithWhatIsWritten(t *testing.T) {
	before, err := Resident(os.Getpid())
	if err != nil {
		t.Skip(err)
	}
	big := make([]byte, 64<<20)
	for i := range big {
		big[i] = 1
	}
	after, err := Resident(os.Getpid())
	if err != nil || after < before+48<<20 {
		t.Errorf("%d bytes, then %d with %d more: %v", before, after, len(big), err)
	}
	if big[0] != 1 {
		t.Error("written in vain")
	}
}

func TestParseTCPReadsPortStateAndSendQueue(t *testing.T) {
	text := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: 0100007F:13C4 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5555 1\n" +
		"   1: 0100007F:13C5 0100007F:13C4 01 00000100:00000020 00:00000000 00000000     0        0 5556 1\n"
	got := ""
	err := parseTCP(text, func(port int, state string, queued uint64) { got += fmt.Sprintln(port, state, queued) })
	if want := "5060 0A 0\n5061 01 256\n"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for _, row := range []string{"0: 0100007F:ZZZZ x 0A 0:0", "0: noport x 0A 0:0", "0: 0100007F:13C4 x 01 z:0"} {
		if parseTCP("head\n"+row+"\n", func(int, string, uint64) {}) == nil {
			t.Errorf("row %q was taken", row)
		}
	}
}
