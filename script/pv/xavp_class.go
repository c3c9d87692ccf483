package pv

import (
	"sipedge/script/rt"
	"sipedge/script/value"
)

// XClass is one of $xavp, $xavi and $xavu, for functions that take names of its
// values at run time.
type XClass struct {
	Name string // "xavp"
	mark string
	fold bool
}

// The classes.
var (
	XAVP = XClass{Name: "xavp"}
	XAVI = XClass{Name: "xavi", mark: "xavi=", fold: true}
	XAVU = XClass{Name: "xavu", mark: "xavu="}
)

// Key is the AVP name under which a value of the class lies.
func (x XClass) Key(name string) string { return xName(x.mark, name, x.fold) }

// Has reports whether an AVP name is one of the class, and the name that a script
// writes.
func (x XClass) Has(key string) (name string, ok bool) {
	switch {
	case x.mark != "":
		if len(key) > len(x.mark) && key[:len(x.mark)] == x.mark {
			return key[len(x.mark):], true
		}
		return "", false
	default:
		_, xavi := XAVI.Has(key)
		_, xavu := XAVU.Has(key)
		return key, !xavi && !xavu
	}
}

// SetField gives a field of the newest structure of that name its one value, and
// makes field and structure where they are missing.
func SetField(c *rt.Ctx, root, field rt.AVPName, v value.Value) bool {
	return setSingle(c, rt.XPath{Root: root, Field: field, HasField: true, RootIndex: rt.XNone, FieldIndex: rt.XNone}, v)
}
