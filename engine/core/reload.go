package core

import (
	"fmt"
	"reflect"
	"strings"

	"sipedge/reactor"
	"sipedge/script/diag"
	"sipedge/script/registry"
)

// Reload compiles a script beside the running one and, if all of it is good,
// makes it current with one store. Messages and suspended scripts go on with the
// snapshot that they began with. On an error nothing has changed. text nil: the
// file at path is read; path "" is the one the server was made from.
func (s *Server) Reload(path string, text []byte) (*diag.List, error) {
	s.reload.Lock()
	defer s.reload.Unlock()
	if path == "" {
		path = s.path
	}
	old := s.snap.Load()
	snap, diags := s.load(path, text)
	if snap == nil {
		return diags, fmt.Errorf("%s: not reloaded, the running configuration stays", path)
	}
	if err := s.unchangeable(old, snap); err != nil {
		return diags, err
	}
	sockets, added, err := s.rebind(old, snap)
	if err != nil {
		return diags, err
	}
	snap.setSockets(sockets)
	s.settleHome(snap)
	if err := s.prepare(snap); err != nil {
		s.unbind(added)
		return diags, err
	}
	s.commit(snap) // first: no message may run a script whose modules are not ready
	s.keepFormer(old, snap)
	s.adopt(snap)
	if s.reactor != nil {
		s.reactor.SetStreams(s.streams(snap))
		if err := s.reactor.SetSCTP(SCTP(snap.core)); err != nil {
			s.Log().Printf(levelErr, "reload: %v; associations keep the values from before", err)
		}
	}
	s.startEvents(snap, false)
	s.unbind(gone(old.sockets, sockets))
	return diags, nil
}

// unchangeable refuses a new value of a parameter that is only read at start,
// and names it.
func (s *Server) unchangeable(old, snap *Snapshot) error {
	var names []string
	differ := func(rows []registry.Param, module string) {
		a, b := old.configs[module], snap.configs[module]
		if a == nil || b == nil {
			return
		}
		for i := range rows {
			r := &rows[i]
			if r.Reloadable || r.Field == nil {
				continue
			}
			x, y := reflect.ValueOf(r.Field(a)).Elem().Interface(), reflect.ValueOf(r.Field(b)).Elem().Interface()
			if !reflect.DeepEqual(x, y) {
				n := r.Name
				if module != "" {
					n = module + "." + n
				}
				names = append(names, n)
			}
		}
	}
	differ(s.opts.Core.Params, "")
	for _, m := range snap.modules {
		differ(m.Params, m.Name)
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("not reloaded: only a restart changes %s", strings.Join(names, ", "))
}

// rebind finds the sockets of a new snapshot: those that are open already keep
// their descriptors, new ones are bound.
func (s *Server) rebind(old, snap *Snapshot) (sockets, added []*Socket, err error) {
	if s.reactor == nil {
		return old.sockets, nil, nil
	}
	specs, err := s.resolveListen(snap)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range specs {
		if k := sameSocket(old.sockets, l); k != nil {
			if k.haproxy != l.Haproxy {
				s.unbind(added)
				return nil, nil, fmt.Errorf("not reloaded: only a restart changes haproxy of the listen address %s", k.Name())
			}
			sockets = append(sockets, l.socket(k.ID, k.Addr))
			continue
		}
		id, err := s.reactor.AddListen(l.listen(snap.core))
		if err != nil {
			s.unbind(added)
			return nil, nil, err
		}
		k := l.socket(id, s.reactor.Addr(id))
		sockets, added = append(sockets, k), append(added, k)
	}
	return sockets, added, nil
}

// unbind closes listen addresses after what waits in them has been read.
func (s *Server) unbind(sockets []*Socket) {
	for _, k := range sockets {
		if err := s.reactor.RemoveListen(k.ID); err != nil {
			s.Log().Printf(levelErr, "closing %s: %v", k.Name(), err)
		}
	}
}

// gone are the sockets of before that after no longer has.
func gone(before, after []*Socket) (g []*Socket) {
	ids := map[reactor.SocketID]bool{}
	for _, k := range after {
		ids[k.ID] = true
	}
	for _, k := range before {
		if !ids[k.ID] {
			g = append(g, k)
		}
	}
	return g
}
