# make run and make test need Go, git and make; everything else they set up
# themselves, or say what is missing.

GO        ?= go
VERSION   := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
BIN       := bin/sipedge
FUZZTIME  ?= 20s
BENCH     ?= .
BENCHTIME ?= 1s
ONLY      ?=
SEEDS     ?= 2000
SEED      ?=
CALL      ?=
LOSS      ?=
DOUBLE    ?=
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCHSTAT   := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

# ALONE are the packages whose tests measure time over sockets, or use all CPUs:
# each is tested by itself.
ALONE := engine/e2e|engine/sim|engine/dns|benchmarks|reactor

export CGO_ENABLED ?= 0

.PHONY: run build test test-sctp setup race bench bench-diff load fuzz sim lint check proof clean

# run starts the server with its built-in configuration, in the foreground.
run: build
	./$(BIN)

build:
	$(GO) build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BIN) ./cmd/sipedge

# setup installs the programs that tests talk to, where that is possible.
setup:
	@missing=""; \
	for p in sipp:sip-tester sipsak:sipsak gcc:gcc qemu-system-x86_64:qemu-system-x86; do \
		command -v $${p%%:*} >/dev/null 2>&1 || missing="$$missing $${p##*:}"; \
	done; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			echo "installing:$$missing"; \
			(apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing libc6-dev) >/dev/null 2>&1 \
				|| echo "could not install:$$missing; tests that need them are skipped"; \
		else \
			echo "missing:$$missing (install the Debian packages of these names); tests that need them are skipped"; \
		fi; \
	fi

# test runs every test, then those of the packages with several goroutines
# under the race detector, and the life of messages with recycled memory
# overwritten.
test: setup build
	$(GO) vet ./...
	GOOS=darwin $(GO) vet ./cmd/... ./reactor/...
	GOOS=freebsd $(GO) vet ./cmd/... ./reactor/...
	$(GO) test $$($(GO) list ./... | grep -v -E '^sipedge/($(ALONE))(/|$$)')
	$(GO) test -p 1 $$($(GO) list ./... | grep -E '^sipedge/($(ALONE))(/|$$)')
	@if command -v gcc >/dev/null 2>&1; then \
		echo "under the race detector:"; \
		CGO_ENABLED=1 $(GO) test -p 1 -race ./reactor/... ./pool/... ./engine/scriptlock ./engine/mod/htable ./engine/core/... ./engine/e2e ./engine/log/... ./script/compile/... ; \
	else \
		echo "the race detector needs a C compiler (Debian package gcc): not run"; \
	fi
	$(GO) test -p 1 -tags debugpool ./engine/core/... ./engine/e2e/... ./pool/... ./reactor/...

# test-sctp runs the server over SCTP: in a virtual machine with Debian's kernel, which is
# downloaded into the user's cache directory. It keeps the log in benchmarks/results.
test-sctp: setup
	$(GO) test -count 1 -v ./benchmarks/sctpvm -args -sctplog $(CURDIR)/benchmarks/results/SCTP.log

# bench runs the microbenchmarks, and the parser's table.
bench:
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -benchtime $(BENCHTIME) ./...
	$(GO) run ./benchmarks/parser

# bench-diff BASE=ref compares the benchmarks with those of another commit.
bench-diff:
	@test -n "$(BASE)" || { echo "say which commit to compare with: make bench-diff BASE=main~1"; exit 1; }
	@dir=$$(mktemp -d); trap 'git worktree remove --force "$$dir/base" >/dev/null 2>&1; rm -rf "$$dir"' EXIT; \
	git worktree add --detach "$$dir/base" "$(BASE)" >/dev/null && \
	for n in 1 2 3 4 5 6; do \
		(cd "$$dir/base" && $(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -benchtime 200ms ./... >>"$$dir/old.txt" 2>&1); \
		$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -benchtime 200ms ./... >>"$$dir/new.txt" 2>&1; \
	done; \
	$(GO) run $(BENCHSTAT) "$$dir/old.txt" "$$dir/new.txt"

# load sends calls through the server, and through Kamailio where it is installed.
load: setup build
	$(GO) run ./benchmarks/load

# fuzz runs every fuzz target for FUZZTIME.
fuzz:
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg 2>/dev/null | grep '^Fuzz'); do \
			echo "$$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 2s $$pkg || exit 1; \
		done; \
	done

# sim runs SEEDS simulations of calls on a bad network; with SEED=n that one
# alone, and with CALL=m the messages of its call m. LOSS and DOUBLE are how many
# datagrams in a hundred are lost or doubled.
sim: export SIPEDGE_SIM_LOSS = $(LOSS)
sim: export SIPEDGE_SIM_DOUBLE = $(DOUBLE)
sim:
ifeq ($(SEED),)
	SIPEDGE_SIM_SEEDS=$(SEEDS) $(GO) test -count 1 -timeout 2h -run '^TestCallsUnderLoss$$' -v ./engine/sim
else
	SIPEDGE_SIM_FIRST=$(SEED) SIPEDGE_SIM_CALL=$(CALL) $(GO) test -count 1 -run '^TestOneSeed$$' -v ./engine/sim
endif

lint:
	@bad=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$bad" ]; then echo "not formatted:"; echo "$$bad"; exit 1; fi
	$(GO) vet ./...
	GOOS=darwin $(GO) vet ./cmd/... ./reactor/...
	GOOS=freebsd $(GO) vet ./cmd/... ./reactor/...
	$(GO) run $(STATICCHECK) ./...

check: lint test

# proof runs what sipedge promises and keeps the table in benchmarks/results.
proof: setup build
	$(GO) run ./benchmarks/proof $(if $(ONLY),-only '$(ONLY)') $(if $(KEEP),-keep)

clean:
	rm -rf bin
