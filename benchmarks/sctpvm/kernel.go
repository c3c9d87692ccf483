package sctpvm

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Missing is why the virtual machine cannot be had here.
type Missing struct{ What string }

// Error says what is missing.
func (m *Missing) Error() string { return m.What }

// Kernel is a kernel and the modules that SCTP needs, in the order of loading.
type Kernel struct {
	Version string
	Image   string
	Modules []string
}

// modules are those that sctp.ko needs, and itself last. The package has no modules.dep: that is made when it is installed.
var modules = []string{"lib/libcrc32c.ko", "net/ipv4/udp_tunnel.ko", "net/ipv6/ip6_udp_tunnel.ko", "net/sctp/sctp.ko"}

var kernelPackage = regexp.MustCompile(`linux-image-[0-9][^ ,(]*-cloud-amd64`)

// FindKernel is Debian's cloud kernel: the one that was fetched before, else it is fetched into the user's cache directory;
// nothing is installed. Errors: *Missing.
func FindKernel(ctx context.Context) (k Kernel, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return k, &Missing{"no directory to keep a kernel in: " + err.Error()}
	}
	dir := filepath.Join(cache, "sipedge", "sctpvm")
	if k, ok := kernelIn(dir); ok {
		return k, nil
	}
	for _, p := range []string{"apt-cache", "apt-get", "dpkg"} {
		if _, err := exec.LookPath(p); err != nil {
			return k, &Missing{"no " + p + " to get Debian's cloud kernel with"}
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return k, err
	}
	show, err := exec.CommandContext(ctx, "apt-cache", "show", "--no-all-versions", "linux-image-cloud-amd64").Output()
	name := kernelPackage.FindString(string(show))
	if err != nil || name == "" {
		return k, &Missing{"apt-cache knows no linux-image-cloud-amd64 (apt-get update may help)"}
	}
	work, err := os.MkdirTemp(dir, "get-")
	if err != nil {
		return k, err
	}
	defer os.RemoveAll(work)
	get := exec.CommandContext(ctx, "apt-get", "download", "-qq", name)
	get.Dir = work
	if out, err := get.CombinedOutput(); err != nil {
		return k, &Missing{fmt.Sprintf("cannot download %s: %v: %s", name, err, lastLine(out))}
	}
	debs, _ := filepath.Glob(filepath.Join(work, "*.deb"))
	if len(debs) != 1 {
		return k, &Missing{"apt-get has downloaded no " + name}
	}
	tree := filepath.Join(work, "tree")
	if out, err := exec.CommandContext(ctx, "dpkg", "-x", debs[0], tree).CombinedOutput(); err != nil {
		return k, fmt.Errorf("dpkg -x %s: %w: %s", debs[0], err, lastLine(out))
	}
	if err := keep(tree, dir, strings.TrimPrefix(name, "linux-image-")); err != nil {
		return k, err
	}
	k, ok := kernelIn(dir)
	if !ok {
		return k, &Missing{name + " has no sctp module"}
	}
	return k, nil
}

// keep moves what is needed of an unpacked package to the cache.
func keep(tree, dir, version string) error {
	to := filepath.Join(dir, version)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, m := range modules {
		if err := os.Rename(filepath.Join(tree, "lib/modules", version, "kernel", m), filepath.Join(to, filepath.Base(m))); err != nil {
			return err
		}
	}
	return os.Rename(filepath.Join(tree, "boot", "vmlinuz-"+version), filepath.Join(to, "vmlinuz"))
}

// kernelIn is the newest kernel of a cache directory.
func kernelIn(dir string) (k Kernel, ok bool) {
	images, _ := filepath.Glob(filepath.Join(dir, "*-cloud-amd64", "vmlinuz"))
	if len(images) == 0 {
		return k, false
	}
	k.Image = images[len(images)-1]
	at := filepath.Dir(k.Image)
	k.Version = filepath.Base(at)
	for _, m := range modules {
		path := filepath.Join(at, filepath.Base(m))
		if _, err := os.Stat(path); err != nil {
			return k, false
		}
		k.Modules = append(k.Modules, path)
	}
	return k, true
}

func lastLine(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}
