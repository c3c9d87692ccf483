package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// answering is a script that answers everything with a status of its own.
func answering(listen, status string) string {
	return "listen=" + listen + "\ndisable_tcp=yes\nauto_aliases=no\nlog_stderror=yes\ndebug=2\nloadmodule \"sl\"\nrequest_route {\n\tsl_send_reply(\"" + status + "\", \"As told\");\n}\n"
}

func TestBuiltInScriptSaysHowToTryItAndAnswers(t *testing.T) {
	r := launch(t, "-l", "udp:127.0.0.1:0", "-n", "1")
	if try := r.output(`sipsak -vv -s sip:(\S+)`)[1]; try != r.addr {
		t.Errorf("the line to try names %s, the server listens on %s", try, r.addr)
	}
	if got := statusLine(ask(t, r.addr, optionsTo(r.addr))); got != "SIP/2.0 200 OK" {
		t.Errorf("OPTIONS: %q", got)
	}
	unknown := strings.ReplaceAll(optionsTo(r.addr), "OPTIONS", "MESSAGE")
	if got := statusLine(ask(t, r.addr, unknown)); got != "SIP/2.0 404 Not Found" {
		t.Errorf("MESSAGE to nobody: %q", got)
	}
	if status := r.stop(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

func TestInterruptIsACleanEndToo(t *testing.T) {
	if status := launch(t, "-l", "udp:127.0.0.1:0", "-n", "1").stop(os.Interrupt); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// Also another sipedge of the same user: SO_REUSEPORT must not let it in.
func TestPortInUseByAnotherSipedgeIsOneLine(t *testing.T) {
	r := launch(t, "-l", "udp:127.0.0.1:0", "-n", "1")
	status, _, errs := outcome(t, "", "-DD", "-E", "-n", "1", "-f", script(t, answering("udp:"+r.addr, "200")))
	if status != 255 || !strings.Contains(errs, r.addr) || !strings.Contains(errs, "in use") || !strings.Contains(errs, "listen=") {
		t.Errorf("status %d: %s", status, errs)
	}
	if n := strings.Count(errs, "in use"); n != 1 {
		t.Errorf("said %d times: %s", n, errs)
	}
	if got := statusLine(ask(t, r.addr, optionsTo(r.addr))); got != "SIP/2.0 200 OK" {
		t.Errorf("the first server: %q", got)
	}
}

func TestUSR1LogsTheCountersAsOneLineOfJSON(t *testing.T) {
	r := launch(t, "-DD", "-E", "-n", "1", "-f", script(t, answering("udp:127.0.0.1:0", "200")))
	ask(t, r.addr, optionsTo(r.addr))
	if err := r.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	line := r.output(`(?m)NOTICE: <core>: (\{.*\})$`)[1]
	var stats struct {
		Loops []struct {
			In, Out    uint64
			HandedOver *uint64 `json:"handed_over"`
		}
	}
	if err := json.Unmarshal([]byte(line), &stats); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	if len(stats.Loops) != 1 || stats.Loops[0].In < 1 || stats.Loops[0].Out < 1 || stats.Loops[0].HandedOver == nil {
		t.Errorf("%s", line)
	}
	r.stop(syscall.SIGTERM)
}

func TestHUPReloadsAndABadScriptChangesNothing(t *testing.T) {
	r := launch(t, "-l", "udp:127.0.0.1:0", "-n", "1") // finds a free port
	addr := r.addr
	r.stop(syscall.SIGTERM)

	path := script(t, answering("udp:"+addr, "200"))
	r = launch(t, "-DD", "-E", "-n", "1", "-f", path)
	rewrite := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	rewrite("request_route { nonsense(); }")
	r.output(`ERROR: <core>: .*nonsense`)
	r.output(`ERROR: <core>: SIGHUP: .*`)
	if got := statusLine(ask(t, addr, optionsTo(addr))); got != "SIP/2.0 200 As told" {
		t.Errorf("after a bad script: %q", got)
	}
	rewrite(answering("udp:"+addr, "486"))
	r.output(`NOTICE: <core>: SIGHUP: .*in effect`)
	if got := statusLine(ask(t, addr, optionsTo(addr))); got != "SIP/2.0 486 As told" {
		t.Errorf("after a good script: %q", got)
	}
	r.stop(syscall.SIGTERM)
}

func TestNotesOnOptionsAndParametersAreLoggedOnce(t *testing.T) {
	text := "tcp_fd_cache=yes\n" + answering("udp:127.0.0.1:0", "200")
	r := launch(t, "-DD", "-E", "-n", "1", "-m", "64", "-f", script(t, text))
	r.output(`INFO: <core>: -m: there is no shared memory`)
	r.output(`INFO: <core>: .*tcp_fd_cache: has no effect here`)
	r.stop(syscall.SIGTERM)
}

func TestPidFileIsWrittenAndRemoved(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "sipedge.pid")
	path := script(t, answering("udp:127.0.0.1:0", "200"))
	r := launch(t, "-DD", "-E", "-n", "1", "-P", pid, "-f", path)
	text, err := os.ReadFile(pid)
	if err != nil || strings.TrimSpace(string(text)) != fmt.Sprint(r.cmd.Process.Pid) {
		t.Errorf("%q, %v", text, err)
	}
	status, _, errs := outcome(t, "", "-DD", "-E", "-n", "1", "-P", pid, "-f", path)
	if status != 255 || !strings.Contains(errs, pid) || !strings.Contains(errs, "is running") {
		t.Errorf("a second server with the same pid file: status %d, %s", status, errs)
	}
	r.stop(syscall.SIGTERM)
	if _, err := os.Stat(pid); !os.IsNotExist(err) {
		t.Errorf("the pid file is still there: %v", err)
	}
}

// fork=yes: the command returns when the server serves, and the server lives on.
func TestBackgroundReportsItsStart(t *testing.T) {
	r := launch(t, "-l", "udp:127.0.0.1:0", "-n", "1") // finds a free port
	addr := r.addr
	dir := t.TempDir()
	pidFile := filepath.Join(dir, "sipedge.pid")
	path := script(t, "workdir=\""+dir+"\"\n"+answering("udp:"+addr, "200"))

	status, _, errs := outcome(t, "", "-n", "1", "-P", pidFile, "-f", path)
	if status != 255 || !strings.Contains(errs, addr) {
		t.Fatalf("with the port in use: status %d, %s", status, errs)
	}
	r.stop(syscall.SIGTERM)

	// With log_stderror=yes the server keeps standard error open for as long as it
	// lives: the end of the pipe is its end.
	end, stderr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	cmd := exec.Command(binary, "-n", "1", "-P", pidFile, "-f", path)
	cmd.Stderr = stderr
	err = cmd.Run()
	stderr.Close()
	if err != nil {
		t.Fatalf("going to the background: %v", err)
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid == cmd.Process.Pid {
		t.Fatalf("pid file: %q", text)
	}
	defer syscall.Kill(pid, syscall.SIGKILL)
	if got := statusLine(ask(t, addr, optionsTo(addr))); got != "SIP/2.0 200 As told" {
		t.Errorf("in the background: %q", got)
	}
	if session, _ := syscall.Getpgid(pid); session != pid {
		t.Errorf("process group %d of process %d: it is not in a session of its own", session, pid)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	end.SetReadDeadline(time.Now().Add(patience))
	if lines, err := io.ReadAll(end); err != nil {
		t.Errorf("SIGTERM did not end it: %v\n%s", err, lines)
	}
	if _, err := os.Stat(pidFile); !os.IsNotExist(err) {
		t.Errorf("the pid file is still there: %v", err)
	}
}

func TestUserIsChangedAfterBinding(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may change the user")
	}
	dir := t.TempDir()
	r := launch(t, "-DD", "-E", "-n", "1", "-u", "65534", "-g", "65534", "-w", "/", "-f", script(t, answering("udp:127.0.0.1:0", "200")), "-P", filepath.Join(dir, "p"))
	// All threads, not only the one that asked.
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", r.cmd.Process.Pid))
	if err != nil || len(tasks) == 0 {
		t.Skip("no /proc")
	}
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		if !strings.Contains(string(text), "Uid:\t65534\t65534\t65534") || !strings.Contains(string(text), "Groups:\t65534 \n") {
			t.Errorf("%s:\n%s", task, text)
		}
	}
	if got := statusLine(ask(t, r.addr, optionsTo(r.addr))); got != "SIP/2.0 200 As told" {
		t.Errorf("as nobody: %q", got)
	}
	r.stop(syscall.SIGTERM)
}

func TestUnknownUserIsOneLine(t *testing.T) {
	status, _, errs := outcome(t, "", "-DD", "-E", "-u", "no-such-user", "-f", script(t, answering("udp:127.0.0.1:0", "200")))
	if status != 255 || !strings.Contains(errs, `there is no user "no-such-user"`) {
		t.Errorf("status %d: %s", status, errs)
	}
}
