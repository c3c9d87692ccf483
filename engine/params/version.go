package params

import "runtime"

// Version is the release of sipedge, as in its Server header and sipedge -v.
const Version = "0.1.0"

// product is how sipedge names itself in the headers of its own messages, in
// the form of the cookbook's entry "server_signature".
func product() string {
	return "sipedge (" + Version + " (" + runtime.GOARCH + "/" + runtime.GOOS + "))"
}
