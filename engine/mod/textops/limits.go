package textops

import "sipedge/sipparse"

// maxHeaders bounds the index of a header.
const maxHeaders = sipparse.MaxHeaders
