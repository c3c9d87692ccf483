package regex

const (
	// defaultMaxGroups is max_groups where the script says nothing, as in Kamailio.
	defaultMaxGroups = 20
	// defaultGroupMaxSize is group_max_size in bytes, as in Kamailio.
	defaultGroupMaxSize = 8192
	// maxMaxGroups and maxGroupMaxSize bound the two parameters; ours.
	maxMaxGroups    = 10000
	maxGroupMaxSize = 16 << 20
	// maxFile is the largest file of groups in bytes; ours.
	maxFile = 64 << 20
	// maxDynamic is the longest pattern in bytes that is computed at run time,
	// cacheSize the number of them that are kept compiled; ours.
	maxDynamic = 1024
	cacheSize  = 512
)
