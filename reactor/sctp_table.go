//go:build unix

package reactor

// assocTable is what a socket knows of its associations (sctp_assoc_tracking). It
// follows what the kernel tells; the kernel's own table is asked where this one
// does not know.
type assocTable struct {
	on     bool
	byID   map[int32]assocPeer
	byPeer map[Addr]int32
}

// assocPeer is one association. It holds no pointer.
type assocPeer struct {
	peer    Addr
	opening bool
	aliases uint8 // further addresses of the peer in byPeer

	// How much waits (sctp_send_linux.go).
	suspect   bool   // it is looked at before each message
	unchecked int32  // bytes since it was looked at
	given     int32  // messages given to the kernel since base
	base      uint64 // the kernel's count of pieces sent, when nothing waited
	seen      uint64 // and when it was last looked at
	still     int64  // since when that has not grown, ns; 0: it grows, or nothing waits
}

// track begins or ends keeping the table, which begins empty.
func (t *assocTable) track(on bool) {
	if on == t.on {
		return
	}
	t.on = on
	t.byID, t.byPeer = nil, nil
	if on {
		t.byID, t.byPeer = map[int32]assocPeer{}, map[Addr]int32{}
	}
}

// enter notes an association and its peer's address, one more where it has some.
func (t *assocTable) enter(id int32, peer Addr, opening bool) {
	if !t.on {
		return
	}
	a, there := t.byID[id]
	switch {
	case !there:
		a = assocPeer{peer: peer, opening: opening}
	case a.opening && !opening:
		a.opening = false
	}
	if was, known := t.byPeer[peer]; !known || was != id {
		if there && peer != a.peer {
			if a.aliases == maxAssocAliases {
				t.byID[id] = a
				return
			}
			a.aliases++
		}
		t.byPeer[peer] = id
	}
	t.byID[id] = a
}

// heard is enter for each message: an association that was there before the table
// was kept becomes known, and so does an address of the peer that is new.
func (t *assocTable) heard(id int32, from *Addr) {
	if a, there := t.byID[id]; !there || a.peer != *from && t.byPeer[*from] != id {
		t.enter(id, *from, false)
	}
}

// remove forgets an association.
func (t *assocTable) remove(id int32) {
	a, there := t.byID[id]
	if !there {
		return
	}
	delete(t.byID, id)
	if t.byPeer[a.peer] == id {
		delete(t.byPeer, a.peer)
	}
	if a.aliases > 0 {
		for p, i := range t.byPeer {
			if i == id {
				delete(t.byPeer, p)
			}
		}
	}
}

// leads tells whether an association is one to the host of an address.
func (t *assocTable) leads(id int32, to *Addr) bool {
	a, there := t.byID[id]
	if !there {
		return false
	}
	if a.peer.IP == to.IP && a.peer.Is4 == to.Is4 {
		return true
	}
	at := *to
	at.Port = a.peer.Port
	return a.aliases > 0 && t.byPeer[at] == id
}

// unsent takes a message out of the count of what waits, which was given up before
// it was sent.
func (t *assocTable) unsent(id int32, sent bool) {
	if a, there := t.byID[id]; there && !sent && a.given > 0 {
		a.given--
		t.byID[id] = a
	}
}
