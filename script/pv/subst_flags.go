package pv

// All reports whether the substitution replaces every match (flag g).
func (x *Substitution) All() bool { return x.all }

// Across reports whether a match may reach over line ends (flag s).
func (x *Substitution) Across() bool { return x.multi }
