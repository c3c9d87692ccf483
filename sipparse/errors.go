package sipparse

// Err says what is wrong with a message or a piece of it. OK is zero. It is a
// number without memory behind it and can be kept in an Index.
type Err uint8

// The errors. The comment of each is its reason phrase.
const (
	OK Err = iota

	// Not answerable: there is nobody to answer or nothing to answer to.
	ErrNotSIP   // Not a SIP message
	ErrEmpty    // Empty message
	ErrTooLong  // Message Too Large
	ErrBadReply // Bad Status-Line
	ErrNoMatch  // Not Found In Message
	firstAnswerable

	// The start line and the header block.
	ErrBadRequestLine // Bad Request-Line
	ErrBadMethod      // Bad Method
	ErrVersion        // Version Not Supported
	ErrBadURI         // Bad Request-URI
	ErrURIHeaders     // Headers In Request-URI
	ErrHeaderLine     // Bad Header Line
	ErrHeaderName     // Bad Header Name
	ErrBareCR         // Stray CR In Header
	ErrTruncated      // Header Block Not Terminated
	ErrTooManyHeaders // Too Many Headers
	ErrHeaderBlock    // Header Block Too Large

	// Headers.
	ErrBadVia
	ErrBadFrom
	ErrBadTo
	ErrBadCallID
	ErrBadCSeq
	ErrCSeqMethod
	ErrBadContact
	ErrBadRoute
	ErrBadRecordRoute
	ErrBadMaxForwards
	ErrBadContentLength
	ErrContentLengths
	ErrBodyTooShort
	ErrBodyTooLarge
	ErrNoContentLength
	ErrDupFrom
	ErrDupTo
	ErrDupCallID
	ErrDupCSeq
	ErrDupMaxForwards
	ErrBadExpires
	ErrBadNameAddr
	ErrBadParam
	ErrBadNumber
	ErrBadToken
	ErrBadContentType
	ErrBadCredentials
	ErrBadEvent
	ErrBadRAck
	ErrBadSessionExpires
	ErrBadDate
	ErrBadRetryAfter
	ErrBadReason
	ErrBadTel
	ErrBadMultipart
	ErrBadSDP

	numErrs

	// errMissing+mask: mandatory headers are missing; the bits of mask are
	// missVia and its followers.
	errMissing Err = 0x40
	// errDrop is set in an error of a reply: it is never answered.
	errDrop Err = 0x80
)

// The mandatory headers, as bits of errMissing (RFC 3261 section 8.1.1).
const (
	missVia = 1 << iota
	missFrom
	missTo
	missCallID
	missCSeq
	missAll = 1<<iota - 1
)

// ErrMissing is the error for missing mandatory headers; one of the five must be true.
func ErrMissing(via, from, to, callID, cseq bool) Err {
	var m Err
	for i, missing := range [...]bool{via, from, to, callID, cseq} {
		if missing {
			m |= 1 << i
		}
	}
	return errMissing | m
}

type errRow struct {
	status uint16
	reason string
}

var errRows = [numErrs]errRow{
	OK:              {200, "OK"},
	ErrNotSIP:       {400, "Not a SIP Message"},
	ErrEmpty:        {400, "Empty Message"},
	ErrTooLong:      {513, "Message Too Large"},
	ErrBadReply:     {400, "Bad Status-Line"},
	ErrNoMatch:      {400, "Not Found"},
	firstAnswerable: {400, "Bad Request"},

	ErrBadRequestLine: {400, "Bad Request-Line"},
	ErrBadMethod:      {400, "Bad Method"},
	ErrVersion:        {505, "Version Not Supported"},
	ErrBadURI:         {400, "Bad Request-URI"},
	ErrURIHeaders:     {400, "Headers in Request-URI"},
	ErrHeaderLine:     {400, "Bad Header Line"},
	ErrHeaderName:     {400, "Bad Header Name"},
	ErrBareCR:         {400, "Stray CR in Header"},
	ErrTruncated:      {400, "Header Block Not Terminated"},
	ErrTooManyHeaders: {513, "Too Many Headers"},
	ErrHeaderBlock:    {513, "Header Block Too Large"},

	ErrBadVia:            {400, "Bad Via"},
	ErrBadFrom:           {400, "Bad From"},
	ErrBadTo:             {400, "Bad To"},
	ErrBadCallID:         {400, "Bad Call-ID"},
	ErrBadCSeq:           {400, "Bad CSeq"},
	ErrCSeqMethod:        {400, "CSeq Method Does Not Match"},
	ErrBadContact:        {400, "Bad Contact"},
	ErrBadRoute:          {400, "Bad Route"},
	ErrBadRecordRoute:    {400, "Bad Record-Route"},
	ErrBadMaxForwards:    {400, "Bad Max-Forwards"},
	ErrBadContentLength:  {400, "Bad Content-Length"},
	ErrContentLengths:    {400, "Differing Content-Length Headers"},
	ErrBodyTooShort:      {400, "Body Shorter Than Content-Length"},
	ErrBodyTooLarge:      {513, "Message Too Large"},
	ErrNoContentLength:   {400, "Missing Content-Length"},
	ErrDupFrom:           {400, "More Than One From"},
	ErrDupTo:             {400, "More Than One To"},
	ErrDupCallID:         {400, "More Than One Call-ID"},
	ErrDupCSeq:           {400, "More Than One CSeq"},
	ErrDupMaxForwards:    {400, "More Than One Max-Forwards"},
	ErrBadExpires:        {400, "Bad Expires"},
	ErrBadNameAddr:       {400, "Bad Address"},
	ErrBadParam:          {400, "Bad Parameter"},
	ErrBadNumber:         {400, "Bad Number"},
	ErrBadToken:          {400, "Bad Token List"},
	ErrBadContentType:    {400, "Bad Content-Type"},
	ErrBadCredentials:    {400, "Bad Credentials"},
	ErrBadEvent:          {400, "Bad Event"},
	ErrBadRAck:           {400, "Bad RAck"},
	ErrBadSessionExpires: {400, "Bad Session-Expires"},
	ErrBadDate:           {400, "Bad Date"},
	ErrBadRetryAfter:     {400, "Bad Retry-After"},
	ErrBadReason:         {400, "Bad Reason"},
	ErrBadTel:            {400, "Bad tel URI"},
	ErrBadMultipart:      {400, "Bad Multipart Body"},
	ErrBadSDP:            {400, "Bad SDP"},
}

// missingReasons are the reason phrases of errMissing, by mask.
var missingReasons = func() (t [missAll + 1]string) {
	names := [...]HeaderType{HdrVia, HdrFrom, HdrTo, HdrCallID, HdrCSeq}
	for m := 1; m <= missAll; m++ {
		s := "Missing "
		for i, h := range names {
			if m>>i&1 != 0 {
				if s != "Missing " {
					s += ", "
				}
				s += h.String()
			}
		}
		t[m] = s
	}
	return t
}()

// Cause is the error without the mark that it was found in a reply, for
// comparison with the constants.
func (e Err) Cause() Err { return e &^ errDrop }

// Answerable reports whether an error response can be sent: the message is a
// request and has a Via to send it by (its headers may still be unreadable).
func (e Err) Answerable() bool {
	if e >= errDrop || e < firstAnswerable {
		return false
	}
	return e < errMissing || e&missVia == 0
}

// Status is the status code of the response that names the error: 400, 505 or
// 513; 200 for OK.
func (e Err) Status() int {
	if e = e.Cause(); e < numErrs {
		return int(errRows[e].status)
	}
	return 400
}

// Reason is a short reason phrase that names the problem, fit for a status line.
func (e Err) Reason() string {
	e = e.Cause()
	if e < numErrs {
		return errRows[e].reason
	}
	if e > errMissing && e <= errMissing|missAll {
		return missingReasons[e&missAll]
	}
	return "Bad Request"
}

// String is Reason in the form of a log message.
func (e Err) String() string {
	if e&errDrop != 0 {
		return e.Reason() + " (reply)"
	}
	return e.Reason()
}

// Error makes Err an error; OK must not be returned as one.
func (e Err) Error() string { return "sip message: " + e.String() }
