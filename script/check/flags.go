package check

import (
	"sipedge/script/ast"
	"sipedge/script/diag"
)

// maxFlag is the highest flag (cookbook "setflag").
const maxFlag = 31

// flags numbers the declared flags; those without a number get the lowest free
// one, as in the reference.
func (k *checker) flags() {
	for _, avp := range []bool{false, true} {
		names := k.info.Flags
		if avp {
			names = k.info.AVPFlags
		}
		at := map[string]diag.Pos{}
		taken := map[int]string{}
		for _, f := range k.cfg.Flags {
			if f.Avp != avp {
				continue
			}
			if _, twice := at[f.Name]; twice {
				Report(k.diags, diag.Flag, f.Pos, "", "flag %q is declared twice", f.Name)
				continue
			}
			at[f.Name] = f.Pos
			switch {
			case f.Number > maxFlag || f.Number < -1:
				Report(k.diags, diag.Flag, f.Pos, "", "flag %q: %d is out of range; flags are 0 to %d", f.Name, f.Number, maxFlag)
			case f.Number >= 0 && taken[f.Number] != "":
				Report(k.diags, diag.Flag, f.Pos, "", "flag %q: %d is already flag %q", f.Name, f.Number, taken[f.Number])
			case f.Number >= 0:
				taken[f.Number] = f.Name
				names[f.Name] = f.Number
			}
		}
		next := 0
		for _, f := range k.cfg.Flags {
			if f.Avp != avp || f.Number != -1 {
				continue
			}
			for next <= maxFlag && taken[next] != "" {
				next++
			}
			if next > maxFlag {
				Report(k.diags, diag.Flag, f.Pos, "", "flag %q: all %d flags are taken", f.Name, maxFlag+1)
				continue
			}
			if _, done := names[f.Name]; !done {
				taken[next] = f.Name
				names[f.Name] = next
			}
		}
	}
}

// unusedFlags warns of declared flags that the script never names. Any word or
// text that is the flag's name counts, in the blocks and in modparams: which
// modules take flags by their names is theirs to know. After an error of the
// parser some uses may be missing, so nothing is said.
func (k *checker) unusedFlags() {
	if k.diags.HasErrors() || len(k.cfg.Flags) == 0 {
		return
	}
	used := map[string]bool{}
	note := func(n any) {
		switch n := n.(type) {
		case *ast.Ident:
			used[n.Name] = true
		case *ast.StringLit:
			used[n.Value] = true
		}
	}
	for _, b := range k.cfg.Routes {
		walk(b.Body, note)
	}
	for _, m := range k.cfg.ModParams {
		walk(m.Value, note)
	}
	for _, f := range k.cfg.Flags {
		if !used[f.Name] {
			Warn(k.diags, diag.UnusedFlag, f.Pos, "flag %q is declared and never used", f.Name)
		}
	}
}
