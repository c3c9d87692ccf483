package rows

// others are lines that look like a script and are no example of their own.
var others = map[int]string{
	29: "the file that the example before it includes", 30: "the same", 31: "the same", 32: "the same",
	1677: "a sentence", 1769: "a sentence",
	2211: "a prototype", 2212: "a prototype", 2213: "a prototype", 2214: "a prototype", 2215: "a prototype",
}

// examples are the script examples of the cookbook by their lines. Prototypes
// ("exit_timeout = seconds") are none.
var examples = []example{
	// include_file, define, subst
	{from: 21, to: 25},
	{from: 57, to: 99, refused: []int{85}}, // a string is followed by \n
	{from: 100, to: 106, lines: map[int]string{100: "", 103: "route {", 105: ""}, frame: "open"},
	{from: 108, to: 118, lines: map[int]string{113: ""}},
	{from: 129, to: 129, also: "route { exit; }"},
	{from: 133, to: 134, also: "route { exit; }"},
	// Core Keywords, Core Values
	{from: 147, to: 149, frame: "route"},
	{from: 157, to: 159, frame: "route"},
	{from: 167, to: 170, frame: "route"},
	{from: 178, to: 181, frame: "route"},
	{from: 189, to: 192, frame: "route"},
	{from: 200, to: 204, frame: "route"},
	{from: 214, to: 217, frame: "route"},
	{from: 225, to: 228, frame: "route"},
	{from: 244, to: 247, frame: "route"},
	{from: 255, to: 258, frame: "route"},
	{from: 270, to: 273, frame: "route"},
	{from: 281, to: 284, frame: "route"},
	{from: 296, to: 298, frame: "route"},
	{from: 306, to: 309, frame: "route"},
	{from: 317, to: 320, frame: "route"},
	{from: 328, to: 331, frame: "route"},
	{from: 347, to: 349, frame: "route"},
	// Core parameters
	{from: 363, to: 363}, {from: 371, to: 371}, {from: 381, to: 382}, {from: 390, to: 390}, {from: 400, to: 400},
	{from: 408, to: 408}, {from: 460, to: 460}, {from: 472, to: 472}, {from: 482, to: 482}, {from: 512, to: 512},
	{from: 522, to: 522}, {from: 530, to: 532}, {from: 538, to: 538}, {from: 550, to: 555}, {from: 567, to: 573},
	{from: 579, to: 592}, {from: 604, to: 604}, {from: 624, to: 624}, {from: 632, to: 632}, {from: 640, to: 640},
	{from: 648, to: 648}, {from: 656, to: 656}, {from: 668, to: 671}, {from: 685, to: 688}, {from: 707, to: 707},
	{from: 715, to: 715}, {from: 729, to: 730}, {from: 740, to: 740}, {from: 748, to: 748}, {from: 762, to: 762},
	{from: 770, to: 770}, {from: 784, to: 784}, {from: 792, to: 792}, {from: 810, to: 810}, {from: 848, to: 850},
	{from: 880, to: 880}, {from: 886, to: 886}, {from: 896, to: 898, lines: map[int]string{897: ""}},
	{from: 925, to: 928}, {from: 997, to: 997}, {from: 1005, to: 1005}, {from: 1019, to: 1019}, {from: 1037, to: 1037},
	{from: 1062, to: 1062}, {from: 1082, to: 1082}, {from: 1112, to: 1112}, {from: 1122, to: 1122}, {from: 1130, to: 1130},
	{from: 1206, to: 1206}, {from: 1218, to: 1218}, {from: 1232, to: 1232}, {from: 1269, to: 1269}, {from: 1318, to: 1318},
	{from: 1494, to: 1494, lines: map[int]string{1494: "real_time= 7"}}, // a sentence about it stands on the line
	// Core functions
	{from: 1552, to: 1552, frame: "route"},
	{from: 1566, to: 1598, frame: "route"},
	{from: 1603, to: 1611, frame: "route"},
	{from: 1629, to: 1633},
	{from: 1639, to: 1655},
	{from: 1673, to: 1673, frame: "route"},
	{from: 1685, to: 1685, frame: "route"},
	{from: 1703, to: 1705, frame: "route"},
	{from: 1725, to: 1727, frame: "route"},
	{from: 1735, to: 1741, frame: "open"}, // it ends before the route does
	{from: 1751, to: 1751, frame: "route"},
	{from: 1759, to: 1759, frame: "route"},
	{from: 1780, to: 1795},
	{from: 1803, to: 1803, frame: "route"},
	{from: 1813, to: 1813, frame: "route"},
	{from: 1823, to: 1823, frame: "route"},
	{from: 1833, to: 1833, frame: "route"},
	{from: 1843, to: 1843, frame: "route"},
	{from: 1853, to: 1853, frame: "route"},
	{from: 1863, to: 1863, frame: "route"},
	{from: 1873, to: 1873, frame: "route"},
	{from: 1881, to: 1882, frame: "route", also: "route[REGISTER_REQUEST] { exit; }"},
	{from: 1892, to: 1892, frame: "route"},
	{from: 1902, to: 1902, frame: "route"},
	{from: 1910, to: 1910, frame: "route"},
	{from: 1918, to: 1918, frame: "route"},
	{from: 1932, to: 1941, lines: map[int]string{1934: `if (lookup("location")) {`}}, // lookup takes the name of a table
	{from: 1960, to: 1966},
	{from: 1974, to: 1985, lines: map[int]string{1976: `if (!is_method("REGISTER")) {`}}, // words stand for the condition
	{from: 1997, to: 1997, frame: "route"},
	{from: 2005, to: 2005, frame: "route"},
	{from: 2013, to: 2013, frame: "route"},
	{from: 2021, to: 2022, frame: "route"},
	// Routing blocks
	{from: 2034, to: 2041},
	{from: 2053, to: 2064},
	{from: 2072, to: 2084},
	{from: 2094, to: 2106},
	{from: 2118, to: 2136},
	{from: 2148, to: 2153},
	{from: 2171, to: 2196},
	{from: 2198, to: 2201},
	// Script statements, operations
	{from: 2225, to: 2230, frame: "route"},
	{from: 2240, to: 2291, refused: []int{2281, 2284, 2287}}, // an if without { has a }
	{from: 2301, to: 2307, frame: "route"},
	{from: 2317, to: 2317, frame: "route"},
	{from: 2321, to: 2321, frame: "route"},
	{from: 2327, to: 2328, frame: "route"},
	{from: 2338, to: 2338, frame: "route"},
	{from: 2344, to: 2345, frame: "route"},
	{from: 2388, to: 2388, frame: "route", lines: map[int]string{2388: "if (defined $var(v) && !strempty($var(v))) $var(len)=strlen($var(v));"}}, // names stand for variables
	{from: 2388, to: 2388, frame: "route", lines: map[int]string{2388: "if (defined $v && !strempty($v)) $len=strlen($v);"}, refused: []int{2388}},
}
