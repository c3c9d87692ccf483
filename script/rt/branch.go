package rt

import (
	"sipedge/script/value"
	"sipedge/sipparse"
)

// Branch is one additional destination of a request (append_branch, $br,
// $branch). The first branch is the context's own Request-URI. Its values
// belong to the context.
type Branch struct {
	URI    value.Value // never undefined
	DstURI value.Value // next hop, undefined for the URI itself
	Path   value.Value // path vector: Route set to put before the request's
	RUID   value.Value // identifier of the location record that it came from
	Q      int16       // thousandths, -1 for not given
	Socket int32       // forced send socket: 0 none, else the engine's socket id + 1
	Flags  uint32      // branch flags
}

// BranchesFull reports whether no destination can be added because the program's
// limit is reached.
func (c *Ctx) BranchesFull() bool { return c.numBranches >= c.prog.branchLimit() }

// AppendBranch adds a destination. False where URI is no usable URI, the program's
// limit (BranchLimit) is reached or BranchesClosed is set.
func (c *Ctx) AppendBranch(b Branch) bool {
	if c.BranchesClosed || c.BranchesFull() || !c.validURI(b.URI) {
		return false
	}
	c.branches[c.numBranches] = b
	c.numBranches++
	return true
}

// Branches are the additional destinations in the order in which they were
// added. The slice is good until the next append, removal or reset; its
// elements may be changed in place (not URI: see SetBranchURI).
func (c *Ctx) Branches() []Branch { return c.branches[:c.numBranches] }

// SetBranchURI replaces the URI of branch i. False where it is no usable URI.
func (c *Ctx) SetBranchURI(i int, uri value.Value) bool {
	if i < 0 || i >= c.numBranches || !c.validURI(uri) {
		return false
	}
	c.branches[i].URI = uri
	return true
}

// RemoveBranch drops branch i; the later ones move up.
func (c *Ctx) RemoveBranch(i int) {
	if i < 0 || i >= c.numBranches {
		return
	}
	copy(c.branches[i:c.numBranches], c.branches[i+1:c.numBranches])
	c.numBranches--
}

// ClearBranches drops all additional destinations (clear_branches).
func (c *Ctx) ClearBranches() { c.numBranches = 0 }

// validURI reports whether v is a URI that may go into a request line.
func (c *Ctx) validURI(v value.Value) bool {
	if v.Kind() != value.Str {
		return false
	}
	var u sipparse.URI
	b := c.Bytes(v)
	return cleanURI(b) && parseWhole(b, &u) == sipparse.OK
}

// StaticBranch is the branch of $sbranch, nil while nothing of it is set.
func (c *Ctx) StaticBranch() *Branch {
	if !c.hasStatic {
		return nil
	}
	return &c.static
}

// NewStaticBranch is the branch of $sbranch, an empty one where nothing of it was set.
func (c *Ctx) NewStaticBranch() *Branch {
	if !c.hasStatic {
		c.static, c.hasStatic = Branch{Q: -1}, true
	}
	return &c.static
}

// SetStaticURI sets the URI of $sbranch. False where it is no usable URI.
func (c *Ctx) SetStaticURI(uri value.Value) bool {
	if !c.validURI(uri) {
		return false
	}
	c.NewStaticBranch().URI = uri
	return true
}

// ResetStaticBranch empties $sbranch.
func (c *Ctx) ResetStaticBranch() { c.hasStatic = false }
