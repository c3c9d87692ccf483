package pv

import (
	"fmt"
	"sync"
	"sync/atomic"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// LiveState is what a registry.Build's Host implements when it keeps state that
// outlives a reload of the script, such as $shv.
type LiveState interface {
	// Live is the state stored under key, made by mk at first use.
	Live(key string, mk func() any) any
}

// sharedKey names the variables of $shv among a server's live state.
const sharedKey = "pv.shv"

// Shared are the $shv variables of one server: one value per name, seen by all
// loops. All methods may be called from any goroutine.
type Shared struct {
	mu    sync.Mutex
	names map[string]*sharedVar
}

// NewShared makes an empty set.
func NewShared() *Shared { return &Shared{names: map[string]*sharedVar{}} }

// sharedVar is one variable. Integers are read and written without a lock;
// text is copied out under mu.
type sharedVar struct {
	num    atomic.Int64
	isText atomic.Bool
	mu     sync.Mutex
	text   []byte
}

// slot is the variable of that name, nil when there are too many.
func (s *Shared) slot(name string) *sharedVar {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.names[name]
	if v == nil && len(s.names) < maxShared {
		v = &sharedVar{}
		s.names[name] = v
	}
	return v
}

// SetInt gives a variable an integer (modparam shvset "name=i:1"). False when
// there are too many names.
func (s *Shared) SetInt(name string, n int64) bool {
	v := s.slot(name)
	if v != nil {
		v.setInt(n)
	}
	return v != nil
}

// Int is the integer of a variable; false for one that holds a text or was never
// named.
func (s *Shared) Int(name string) (int64, bool) {
	s.mu.Lock()
	v := s.names[name]
	s.mu.Unlock()
	if v == nil || v.isText.Load() {
		return 0, false
	}
	return v.num.Load(), true
}

// SetText gives a variable a string (modparam shvset "name=s:text"). False when
// there are too many names or the text is too long.
func (s *Shared) SetText(name, text string) bool {
	v := s.slot(name)
	return v != nil && v.setText([]byte(text))
}

func (v *sharedVar) setInt(n int64) {
	v.mu.Lock()
	v.num.Store(n)
	v.isText.Store(false)
	v.mu.Unlock()
}

// setText keeps the variable's memory, so that repeated assignments of texts of
// one size allocate nothing.
func (v *sharedVar) setText(b []byte) bool {
	if len(b) > maxSharedText {
		return false
	}
	v.mu.Lock()
	v.text = append(v.text[:0], b...)
	v.isText.Store(true)
	v.mu.Unlock()
	return true
}

func (v *sharedVar) get(c *rt.Ctx) value.Value {
	if !v.isText.Load() {
		return value.FromInt(v.num.Load())
	}
	m := c.Mark()
	for {
		v.mu.Lock()
		n := len(v.text)
		v.mu.Unlock()
		// Room is made outside the lock: Extend may end the script.
		dst := c.Extend(n)
		v.mu.Lock()
		text, num := v.isText.Load(), v.num.Load()
		fits := len(v.text) <= n
		k := copy(dst, v.text)
		v.mu.Unlock()
		if !text {
			c.Truncate(m)
			return value.FromInt(num)
		}
		if fits {
			c.Truncate(m + k)
			return c.FromMark(m)
		}
		c.Truncate(m)
	}
}

func (v *sharedVar) set(c *rt.Ctx, val value.Value) bool {
	if val.Kind() == value.Str {
		return v.setText(c.Bytes(val))
	}
	v.setInt(val.Int())
	return true
}

// unhosted are the variables of programs that no server runs.
var unhosted = NewShared()

// SharedOf are the $shv variables of the server for which a program is built.
func SharedOf(host any) *Shared {
	if l, ok := host.(LiveState); ok {
		if s, ok := l.Live(sharedKey, func() any { return NewShared() }).(*Shared); ok {
			return s
		}
	}
	return unhosted
}

// sharedVars are the variables that all messages share.
func sharedVars() []registry.PV {
	return []registry.PV{{Name: "shv", Inner: registry.Always, Source: "cookbook \"Assignment\", pseudo-variables, $shv(name)",
		Doc: "variable shared by all messages; 0 until it is assigned, $null sets it to 0",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex("shv")
			}
			if err := checkXName(inner); err != nil {
				return nil, fmt.Errorf("$shv(%s): %w", inner, err)
			}
			v := SharedOf(b.Host()).slot(inner)
			if v == nil {
				return nil, fmt.Errorf("$shv(%s): more than %d shared variables", inner, maxShared)
			}
			return &registry.Var{Name: "shv(" + inner + ")", Get: v.get, Set: v.set}, nil
		}}}
}
