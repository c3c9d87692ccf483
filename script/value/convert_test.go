package value

import "testing"

// Cookbook "Operators": int("")==0, int("123")==123, int("abc")==0; observed on
// the reference: a sign, hexadecimal, and nothing behind the number.
func TestParseInt(t *testing.T) {
	for _, tt := range []struct {
		in string
		n  int64
		ok bool
	}{
		{"", 0, false}, {"0", 0, true}, {"123", 123, true}, {"abc", 0, false}, {"12abc", 0, false}, {" 12", 0, false}, {"12 ", 0, false},
		{"-12", -12, true}, {"+12", 12, true}, {"-", 0, false}, {"010", 10, true}, {"0x12", 18, true}, {"0X1f", 31, true}, {"-0x1f", 0, false},
		{"0x", 0, false}, {"0xg", 0, false}, {"0xffffffff", -1, true}, {"0x7fffffff", 2147483647, true}, {"0x100000000", 0, false},
		{"2147483647", 2147483647, true}, {"2147483648", 0, false}, {"-2147483648", -2147483648, true}, {"-2147483649", 0, false},
		{"99999999999999999999999", 0, false}, {"0x00000000000000000001", 1, true},
	} {
		if n, ok := ParseInt([]byte(tt.in)); n != tt.n || ok != tt.ok {
			t.Errorf("%q: %d %v, want %d %v", tt.in, n, ok, tt.n, tt.ok)
		}
	}
}

func TestValueKeepsSpanAndKind(t *testing.T) {
	v := FromSpan(Msg, 1<<30, 1<<20)
	if v.Kind() != Str || v.Base() != Msg || v.Off() != 1<<30 || v.Len() != 1<<20 {
		t.Errorf("%+v", v)
	}
	if s := v.Slice(2, 5); s.Off() != 1<<30+2 || s.Len() != 3 || s.Base() != Msg {
		t.Errorf("%+v", s)
	}
	if FromInt(-7).Int() != -7 || FromBool(true).Int() != 1 || !(Value{}).IsUndef() || Empty().Len() != 0 {
		t.Error("constructors")
	}
	if Undef.String()+Int.String()+Str.String() != "undefintstring" {
		t.Error("names of kinds")
	}
}
