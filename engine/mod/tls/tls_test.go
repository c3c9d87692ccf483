package tls_test

import (
	"testing"

	"sipedge/engine/mod/modtest"
)

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
