package feature

import "testing"

func TestNamesAreUniqueAndExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range All() {
		if f.Name == "" || f.Absent == "" || seen[f.Name] {
			t.Errorf("%+v", f)
		}
		seen[f.Name] = true
	}
}

func TestUnknownNamesAreRefused(t *testing.T) {
	if s, err := Without("operator ==", "statement if"); err != nil || !s["operator =="] || !s["statement if"] || s["operator !="] {
		t.Errorf("%v, %v", s, err)
	}
	if _, err := Without("operator ==="); err == nil {
		t.Error("taken")
	}
	if none := Set(nil); none["operator =="] {
		t.Error("the nil set leaves something out")
	}
}
