package blst

// maxTimeout is the longest time on the list that a script can ask for, s. Ours.
const maxTimeout = 1 << 30
