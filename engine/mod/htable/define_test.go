package htable

import "testing"

func TestDefinition(t *testing.T) {
	d, err := parseDefinition(" calls => size=10; autoexpire=7200 ;updateexpire=0;initval=-3;cols='a,b;c';colnull=\"x\";dbtable=;dbmode=0;")
	if err != nil {
		t.Fatal(err)
	}
	if d.name != "calls" || d.size != 10 || d.autoexpire != 7200 || d.updateexpire || !d.hasInit || d.initval != -3 || len(d.notes) != 2 {
		t.Errorf("%+v", d)
	}
	d, err = parseDefinition("a=>")
	if err != nil || d.size != defaultSize || d.autoexpire != 0 || !d.updateexpire || d.hasInit {
		t.Errorf("%+v, %v", d, err)
	}
}

func FuzzDefinition(f *testing.F) {
	for _, s := range []string{"a=>size=4;", "a=>cols='x;y'", "a=>'", "=>", "a=>size==4", "a=>;;=;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDefinition(s)
		if err != nil {
			return
		}
		if checkName(d.name) != nil || d.size < minSize || d.size > maxSize || d.autoexpire < 0 {
			t.Errorf("%q: %+v", s, d)
		}
		newTable(d)
	})
}
