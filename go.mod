module sipedge

go 1.26.0

require (
	github.com/emiago/sipgo v1.7.2
	github.com/gobwas/ws v1.3.2
	golang.org/x/sys v0.49.0
)

require (
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/stretchr/testify v1.11.1 // indirect
	golang.org/x/sync v0.22.0 // indirect
)

require (
	github.com/cespare/xxhash/v2 v2.3.0
	github.com/miekg/dns v1.1.73
	github.com/pborman/getopt/v2 v2.1.0
	github.com/pmezard/go-difflib v1.0.0
	golang.org/x/net v0.57.0
)
