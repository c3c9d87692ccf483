// Code generated from headers.txt by go generate; DO NOT EDIT.

package sipparse

// The header types. HdrOther is every name that is not in the table.
const (
	HdrOther                      HeaderType = iota
	HdrVia                                   // Via, compact form v
	HdrFrom                                  // From, compact form f
	HdrTo                                    // To, compact form t
	HdrCallID                                // Call-ID, compact form i
	HdrCSeq                                  // CSeq
	HdrContact                               // Contact, compact form m
	HdrMaxForwards                           // Max-Forwards
	HdrRoute                                 // Route
	HdrRecordRoute                           // Record-Route
	HdrContentLength                         // Content-Length, compact form l
	HdrContentType                           // Content-Type, compact form c
	HdrExpires                               // Expires
	HdrSupported                             // Supported, compact form k
	HdrRequire                               // Require
	HdrProxyRequire                          // Proxy-Require
	HdrUnsupported                           // Unsupported
	HdrAuthorization                         // Authorization
	HdrProxyAuthorization                    // Proxy-Authorization
	HdrWWWAuthenticate                       // WWW-Authenticate
	HdrProxyAuthenticate                     // Proxy-Authenticate
	HdrAllow                                 // Allow
	HdrEvent                                 // Event, compact form o
	HdrUserAgent                             // User-Agent
	HdrServer                                // Server
	HdrSubject                               // Subject, compact form s
	HdrPath                                  // Path
	HdrPAssertedIdentity                     // P-Asserted-Identity
	HdrPPreferredIdentity                    // P-Preferred-Identity
	HdrReferTo                               // Refer-To, compact form r
	HdrReferredBy                            // Referred-By, compact form b
	HdrReplaces                              // Replaces
	HdrRemotePartyID                         // Remote-Party-ID
	HdrDiversion                             // Diversion
	HdrSessionExpires                        // Session-Expires, compact form x
	HdrMinSE                                 // Min-SE
	HdrMinExpires                            // Min-Expires
	HdrRSeq                                  // RSeq
	HdrRAck                                  // RAck
	HdrDate                                  // Date
	HdrRetryAfter                            // Retry-After
	HdrReason                                // Reason
	HdrWarning                               // Warning
	HdrIdentity                              // Identity, compact form y
	HdrPrivacy                               // Privacy
	HdrHistoryInfo                           // History-Info
	HdrSIPETag                               // SIP-ETag
	HdrSIPIfMatch                            // SIP-If-Match
	HdrSubscriptionState                     // Subscription-State
	HdrServiceRoute                          // Service-Route
	HdrAccept                                // Accept
	HdrAcceptContact                         // Accept-Contact, compact form a
	HdrAcceptEncoding                        // Accept-Encoding
	HdrAcceptLanguage                        // Accept-Language
	HdrAlertInfo                             // Alert-Info
	HdrAllowEvents                           // Allow-Events, compact form u
	HdrAuthenticationInfo                    // Authentication-Info
	HdrCallInfo                              // Call-Info
	HdrContentDisposition                    // Content-Disposition
	HdrContentEncoding                       // Content-Encoding, compact form e
	HdrContentLanguage                       // Content-Language
	HdrErrorInfo                             // Error-Info
	HdrFeatureCaps                           // Feature-Caps
	HdrFlowTimer                             // Flow-Timer
	HdrGeolocation                           // Geolocation
	HdrGeolocationError                      // Geolocation-Error
	HdrGeolocationRouting                    // Geolocation-Routing
	HdrIdentityInfo                          // Identity-Info, compact form n
	HdrInReplyTo                             // In-Reply-To
	HdrInfoPackage                           // Info-Package
	HdrJoin                                  // Join
	HdrMaxBreadth                            // Max-Breadth
	HdrMIMEVersion                           // MIME-Version
	HdrOrganization                          // Organization
	HdrPAccessNetworkInfo                    // P-Access-Network-Info
	HdrPAssociatedURI                        // P-Associated-URI
	HdrPCalledPartyID                        // P-Called-Party-ID
	HdrPChargingFunctionAddresses            // P-Charging-Function-Addresses
	HdrPChargingVector                       // P-Charging-Vector
	HdrPEarlyMedia                           // P-Early-Media
	HdrPServedUser                           // P-Served-User
	HdrPVisitedNetworkID                     // P-Visited-Network-ID
	HdrPriority                              // Priority
	HdrRecvInfo                              // Recv-Info
	HdrReferSub                              // Refer-Sub
	HdrRejectContact                         // Reject-Contact, compact form j
	HdrReplyTo                               // Reply-To
	HdrRequestDisposition                    // Request-Disposition, compact form d
	HdrResourcePriority                      // Resource-Priority
	HdrSecurityClient                        // Security-Client
	HdrSecurityServer                        // Security-Server
	HdrSecurityVerify                        // Security-Verify
	HdrSessionID                             // Session-ID
	HdrSuppressIfMatch                       // Suppress-If-Match
	HdrTargetDialog                          // Target-Dialog
	HdrTimestamp                             // Timestamp
	HdrUserToUser                            // User-to-User
	numHeaderTypes
)

var headerNames = [numHeaderTypes]string{
	HdrOther:                      "",
	HdrVia:                        "Via",
	HdrFrom:                       "From",
	HdrTo:                         "To",
	HdrCallID:                     "Call-ID",
	HdrCSeq:                       "CSeq",
	HdrContact:                    "Contact",
	HdrMaxForwards:                "Max-Forwards",
	HdrRoute:                      "Route",
	HdrRecordRoute:                "Record-Route",
	HdrContentLength:              "Content-Length",
	HdrContentType:                "Content-Type",
	HdrExpires:                    "Expires",
	HdrSupported:                  "Supported",
	HdrRequire:                    "Require",
	HdrProxyRequire:               "Proxy-Require",
	HdrUnsupported:                "Unsupported",
	HdrAuthorization:              "Authorization",
	HdrProxyAuthorization:         "Proxy-Authorization",
	HdrWWWAuthenticate:            "WWW-Authenticate",
	HdrProxyAuthenticate:          "Proxy-Authenticate",
	HdrAllow:                      "Allow",
	HdrEvent:                      "Event",
	HdrUserAgent:                  "User-Agent",
	HdrServer:                     "Server",
	HdrSubject:                    "Subject",
	HdrPath:                       "Path",
	HdrPAssertedIdentity:          "P-Asserted-Identity",
	HdrPPreferredIdentity:         "P-Preferred-Identity",
	HdrReferTo:                    "Refer-To",
	HdrReferredBy:                 "Referred-By",
	HdrReplaces:                   "Replaces",
	HdrRemotePartyID:              "Remote-Party-ID",
	HdrDiversion:                  "Diversion",
	HdrSessionExpires:             "Session-Expires",
	HdrMinSE:                      "Min-SE",
	HdrMinExpires:                 "Min-Expires",
	HdrRSeq:                       "RSeq",
	HdrRAck:                       "RAck",
	HdrDate:                       "Date",
	HdrRetryAfter:                 "Retry-After",
	HdrReason:                     "Reason",
	HdrWarning:                    "Warning",
	HdrIdentity:                   "Identity",
	HdrPrivacy:                    "Privacy",
	HdrHistoryInfo:                "History-Info",
	HdrSIPETag:                    "SIP-ETag",
	HdrSIPIfMatch:                 "SIP-If-Match",
	HdrSubscriptionState:          "Subscription-State",
	HdrServiceRoute:               "Service-Route",
	HdrAccept:                     "Accept",
	HdrAcceptContact:              "Accept-Contact",
	HdrAcceptEncoding:             "Accept-Encoding",
	HdrAcceptLanguage:             "Accept-Language",
	HdrAlertInfo:                  "Alert-Info",
	HdrAllowEvents:                "Allow-Events",
	HdrAuthenticationInfo:         "Authentication-Info",
	HdrCallInfo:                   "Call-Info",
	HdrContentDisposition:         "Content-Disposition",
	HdrContentEncoding:            "Content-Encoding",
	HdrContentLanguage:            "Content-Language",
	HdrErrorInfo:                  "Error-Info",
	HdrFeatureCaps:                "Feature-Caps",
	HdrFlowTimer:                  "Flow-Timer",
	HdrGeolocation:                "Geolocation",
	HdrGeolocationError:           "Geolocation-Error",
	HdrGeolocationRouting:         "Geolocation-Routing",
	HdrIdentityInfo:               "Identity-Info",
	HdrInReplyTo:                  "In-Reply-To",
	HdrInfoPackage:                "Info-Package",
	HdrJoin:                       "Join",
	HdrMaxBreadth:                 "Max-Breadth",
	HdrMIMEVersion:                "MIME-Version",
	HdrOrganization:               "Organization",
	HdrPAccessNetworkInfo:         "P-Access-Network-Info",
	HdrPAssociatedURI:             "P-Associated-URI",
	HdrPCalledPartyID:             "P-Called-Party-ID",
	HdrPChargingFunctionAddresses: "P-Charging-Function-Addresses",
	HdrPChargingVector:            "P-Charging-Vector",
	HdrPEarlyMedia:                "P-Early-Media",
	HdrPServedUser:                "P-Served-User",
	HdrPVisitedNetworkID:          "P-Visited-Network-ID",
	HdrPriority:                   "Priority",
	HdrRecvInfo:                   "Recv-Info",
	HdrReferSub:                   "Refer-Sub",
	HdrRejectContact:              "Reject-Contact",
	HdrReplyTo:                    "Reply-To",
	HdrRequestDisposition:         "Request-Disposition",
	HdrResourcePriority:           "Resource-Priority",
	HdrSecurityClient:             "Security-Client",
	HdrSecurityServer:             "Security-Server",
	HdrSecurityVerify:             "Security-Verify",
	HdrSessionID:                  "Session-ID",
	HdrSuppressIfMatch:            "Suppress-If-Match",
	HdrTargetDialog:               "Target-Dialog",
	HdrTimestamp:                  "Timestamp",
	HdrUserToUser:                 "User-to-User",
}

var compactNames = [numHeaderTypes]byte{
	HdrVia:                'v',
	HdrFrom:               'f',
	HdrTo:                 't',
	HdrCallID:             'i',
	HdrContact:            'm',
	HdrContentLength:      'l',
	HdrContentType:        'c',
	HdrSupported:          'k',
	HdrEvent:              'o',
	HdrSubject:            's',
	HdrReferTo:            'r',
	HdrReferredBy:         'b',
	HdrSessionExpires:     'x',
	HdrIdentity:           'y',
	HdrAcceptContact:      'a',
	HdrAllowEvents:        'u',
	HdrContentEncoding:    'e',
	HdrIdentityInfo:       'n',
	HdrRejectContact:      'j',
	HdrRequestDisposition: 'd',
}

const (
	headerHashMul   = 0x79fe3e60b8bdadf7
	headerHashShift = 55
)

// headerHash leads from the hash of a name's first word to its first entry, 0 for none.
var headerHash = [512]uint8{
	7:   64,  // accept:
	10:  85,  // n:
	30:  1,   // via:
	31:  97,  // p-served-user:
	32:  51,  // rack:
	34:  16,  // l:
	35:  73,  // call-info:
	38:  108, // security-client:
	56:  102, // reject-contact:
	58:  103, // j:
	61:  36,  // path:
	81:  78,  // error-info:
	89:  30,  // event:
	92:  39,  // refer-to:
	95:  10,  // contact:
	104: 113, // target-dialog:
	105: 22,  // require:
	106: 4,   // f:
	110: 107, // resource-priority:
	120: 33,  // server:
	124: 49,  // min-expires:
	126: 95,  // p-charging-vector:
	129: 96,  // p-early-media:
	130: 106, // d:
	134: 57,  // y:
	135: 48,  // min-se:
	137: 52,  // date:
	148: 101, // refer-sub:
	151: 58,  // privacy:
	152: 114, // timestamp:
	154: 42,  // b:
	160: 104, // reply-to:
	162: 44,  // remote-party-id:
	166: 86,  // in-reply-to:
	167: 79,  // feature-caps:
	182: 71,  // u:
	185: 37,  // p-asserted-identity:
	195: 68,  // accept-language:
	206: 35,  // s:
	222: 32,  // user-agent:
	224: 26,  // proxy-authorization:
	225: 70,  // allow-events:
	230: 20,  // supported:
	234: 24,  // unsupported:
	240: 61,  // sip-if-match:
	241: 90,  // mime-version:
	245: 19,  // expires:
	248: 92,  // p-access-network-info:
	254: 31,  // o:
	255: 41,  // referred-by:
	257: 60,  // sip-etag:
	258: 72,  // authentication-info:
	262: 38,  // p-preferred-identity:
	272: 91,  // organization:
	273: 81,  // geolocation:
	278: 11,  // m:
	280: 9,   // cseq:
	282: 98,  // p-visited-network-id:
	283: 23,  // proxy-require:
	300: 29,  // allow:
	302: 21,  // k:
	308: 56,  // identity:
	312: 55,  // warning:
	313: 25,  // authorization:
	320: 14,  // record-route:
	321: 67,  // accept-encoding:
	326: 8,   // i:
	331: 63,  // service-route:
	332: 5,   // to:
	333: 62,  // subscription-state:
	335: 12,  // max-forwards:
	343: 43,  // replaces:
	348: 15,  // content-length:
	355: 50,  // rseq:
	357: 65,  // accept-contact:
	359: 69,  // alert-info:
	363: 105, // request-disposition:
	374: 76,  // e:
	376: 54,  // reason:
	383: 27,  // www-authenticate:
	384: 88,  // join:
	385: 99,  // priority:
	388: 13,  // route:
	391: 46,  // session-expires:
	394: 45,  // diversion:
	396: 100, // recv-info:
	398: 18,  // c:
	402: 47,  // x:
	415: 112, // suppress-if-match:
	417: 80,  // flow-timer:
	419: 7,   // call-id:
	422: 66,  // a:
	426: 2,   // v:
	450: 6,   // t:
	460: 59,  // history-info:
	465: 3,   // from:
	466: 94,  // p-called-party-id:
	469: 115, // user-to-user:
	474: 40,  // r:
	476: 89,  // max-breadth:
	488: 34,  // subject:
	491: 53,  // retry-after:
	493: 93,  // p-associated-uri:
	495: 87,  // info-package:
}

// headerEntries are the names of up to 23 bytes, in upper case and with their colon, as masked words.
var headerEntries = [256]headerEntry{
	0:   {m0: 1<<64 - 1},
	1:   {w0: 0x3a414956, m0: 0xffdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 4, typ: HdrVia, more: 0},                                                                                              // via:
	2:   {w0: 0x3a56, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrVia, more: 0},                                                                                                      // v:
	3:   {w0: 0x3a4d4f5246, m0: 0xffdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 5, typ: HdrFrom, more: 0},                                                                                         // from:
	4:   {w0: 0x3a46, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrFrom, more: 0},                                                                                                     // f:
	5:   {w0: 0x3a4f54, m0: 0xffdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 3, typ: HdrTo, more: 0},                                                                                                   // to:
	6:   {w0: 0x3a54, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrTo, more: 0},                                                                                                       // t:
	7:   {w0: 0x3a44492d4c4c4143, m0: 0xffdfdfffdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 8, typ: HdrCallID, more: 0},                                                                           // call-id:
	8:   {w0: 0x3a49, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrCallID, more: 0},                                                                                                   // i:
	9:   {w0: 0x3a51455343, m0: 0xffdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 5, typ: HdrCSeq, more: 0},                                                                                         // cseq:
	10:  {w0: 0x3a544341544e4f43, m0: 0xffdfdfdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 8, typ: HdrContact, more: 0},                                                                          // contact:
	11:  {w0: 0x3a4d, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrContact, more: 0},                                                                                                  // m:
	12:  {w0: 0x57524f462d58414d, m0: 0xdfdfdfdfffdfdfdf, w1: 0x3a5344524157524f, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 13, typ: HdrMaxForwards, more: 0},                                       // max-forwards:
	13:  {w0: 0x3a4554554f52, m0: 0xffdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 6, typ: HdrRoute, more: 0},                                                                                    // route:
	14:  {w0: 0x522d44524f434552, m0: 0xdfffdfdfdfdfdfdf, w1: 0x3a4554554f522d44, m1: 0xffdfdfdfdfdfffdf, w2: 0x0, m2: 0x0, n: 13, typ: HdrRecordRoute, more: 0},                                       // record-route:
	15:  {w0: 0x2d544e45544e4f43, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a4854474e454c2d, m1: 0xffdfdfdfdfdfdfff, w2: 0x0, m2: 0x0, n: 15, typ: HdrContentLength, more: 17},                                    // content-length:
	16:  {w0: 0x3a4c, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrContentLength, more: 0},                                                                                            // l:
	17:  {w0: 0x2d544e45544e4f43, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a455059542d544e, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 13, typ: HdrContentType, more: 74},                                      // content-type:
	18:  {w0: 0x3a43, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrContentType, more: 0},                                                                                              // c:
	19:  {w0: 0x3a53455249505845, m0: 0xffdfdfdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 8, typ: HdrExpires, more: 0},                                                                          // expires:
	20:  {w0: 0x4554524f50505553, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a444554524f5050, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 10, typ: HdrSupported, more: 0},                                         // supported:
	21:  {w0: 0x3a4b, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrSupported, more: 0},                                                                                                // k:
	22:  {w0: 0x3a45524955514552, m0: 0xffdfdfdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 8, typ: HdrRequire, more: 0},                                                                          // require:
	23:  {w0: 0x45522d59584f5250, m0: 0xdfdfffdfdfdfdfdf, w1: 0x3a45524955514552, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 14, typ: HdrProxyRequire, more: 0},                                      // proxy-require:
	24:  {w0: 0x524f505055534e55, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a444554524f5050, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 12, typ: HdrUnsupported, more: 0},                                       // unsupported:
	25:  {w0: 0x5a49524f48545541, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a4e4f4954415a49, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 14, typ: HdrAuthorization, more: 0},                                     // authorization:
	26:  {w0: 0x55412d59584f5250, m0: 0xdfdfffdfdfdfdfdf, w1: 0x3a4e4f4954415a49, m1: 0xffdfdfdfdfdfdfdf, w2: 0x54415a49524f4854, m2: 0xdfdfdfdfdfdfdfdf, n: 20, typ: HdrProxyAuthorization, more: 28}, // proxy-authorization:
	27:  {w0: 0x485455412d575757, m0: 0xdfdfdfdfffdfdfdf, w1: 0x3a4554414349544e, m1: 0xffdfdfdfdfdfdfdf, w2: 0x4554414349544e45, m2: 0xdfdfdfdfdfdfdfdf, n: 17, typ: HdrWWWAuthenticate, more: 0},     // www-authenticate:
	28:  {w0: 0x55412d59584f5250, m0: 0xdfdfffdfdfdfdfdf, w1: 0x3a4554414349544e, m1: 0xffdfdfdfdfdfdfdf, w2: 0x414349544e454854, m2: 0xdfdfdfdfdfdfdfdf, n: 19, typ: HdrProxyAuthenticate, more: 0},   // proxy-authenticate:
	29:  {w0: 0x3a574f4c4c41, m0: 0xffdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 6, typ: HdrAllow, more: 0},                                                                                    // allow:
	30:  {w0: 0x3a544e455645, m0: 0xffdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 6, typ: HdrEvent, more: 0},                                                                                    // event:
	31:  {w0: 0x3a4f, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrEvent, more: 0},                                                                                                    // o:
	32:  {w0: 0x4547412d52455355, m0: 0xdfdfdfffdfdfdfdf, w1: 0x3a544e4547412d52, m1: 0xffdfdfdfdfdfffdf, w2: 0x0, m2: 0x0, n: 11, typ: HdrUserAgent, more: 0},                                         // user-agent:
	33:  {w0: 0x3a524556524553, m0: 0xffdfdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 7, typ: HdrServer, more: 0},                                                                               // server:
	34:  {w0: 0x3a5443454a425553, m0: 0xffdfdfdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 8, typ: HdrSubject, more: 0},                                                                          // subject:
	35:  {w0: 0x3a53, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrSubject, more: 0},                                                                                                  // s:
	36:  {w0: 0x3a48544150, m0: 0xffdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 5, typ: HdrPath, more: 0},                                                                                         // path:
	37:  {w0: 0x5452455353412d50, m0: 0xdfdfdfdfdfdfffdf, w1: 0x3a595449544e4544, m1: 0xffdfdfdfdfdfdfdf, w2: 0x544e4544492d4445, m2: 0xdfdfdfdfdfffdfdf, n: 20, typ: HdrPAssertedIdentity, more: 0},   // p-asserted-identity:
	38:  {w0: 0x5245464552502d50, m0: 0xdfdfdfdfdfdfffdf, w1: 0x3a595449544e4544, m1: 0xffdfdfdfdfdfdfdf, w2: 0x4e4544492d444552, m2: 0xdfdfdfdfffdfdfdf, n: 21, typ: HdrPPreferredIdentity, more: 0},  // p-preferred-identity:
	39:  {w0: 0x4f542d5245464552, m0: 0xdfdfffdfdfdfdfdf, w1: 0x3a4f542d52454645, m1: 0xffdfdfffdfdfdfdf, w2: 0x0, m2: 0x0, n: 9, typ: HdrReferTo, more: 0},                                            // refer-to:
	40:  {w0: 0x3a52, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrReferTo, more: 0},                                                                                                  // r:
	41:  {w0: 0x4445525245464552, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a59422d44455252, m1: 0xffdfdfffdfdfdfdf, w2: 0x0, m2: 0x0, n: 12, typ: HdrReferredBy, more: 0},                                        // referred-by:
	42:  {w0: 0x3a42, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrReferredBy, more: 0},                                                                                               // b:
	43:  {w0: 0x534543414c504552, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a534543414c5045, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 9, typ: HdrReplaces, more: 0},                                           // replaces:
	44:  {w0: 0x502d45544f4d4552, m0: 0xdfffdfdfdfdfdfdf, w1: 0x3a44492d59545241, m1: 0xffdfdfffdfdfdfdf, w2: 0x0, m2: 0x0, n: 16, typ: HdrRemotePartyID, more: 0},                                     // remote-party-id:
	45:  {w0: 0x4f49535245564944, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a4e4f4953524556, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 10, typ: HdrDiversion, more: 0},                                         // diversion:
	46:  {w0: 0x2d4e4f4953534553, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a53455249505845, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 16, typ: HdrSessionExpires, more: 111},                                  // session-expires:
	47:  {w0: 0x3a58, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrSessionExpires, more: 0},                                                                                           // x:
	48:  {w0: 0x3a45532d4e494d, m0: 0xffdfdfffdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 7, typ: HdrMinSE, more: 0},                                                                                // min-se:
	49:  {w0: 0x495058452d4e494d, m0: 0xdfdfdfdfffdfdfdf, w1: 0x3a53455249505845, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 12, typ: HdrMinExpires, more: 0},                                        // min-expires:
	50:  {w0: 0x3a51455352, m0: 0xffdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 5, typ: HdrRSeq, more: 0},                                                                                         // rseq:
	51:  {w0: 0x3a4b434152, m0: 0xffdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 5, typ: HdrRAck, more: 0},                                                                                         // rack:
	52:  {w0: 0x3a45544144, m0: 0xffdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 5, typ: HdrDate, more: 0},                                                                                         // date:
	53:  {w0: 0x46412d5952544552, m0: 0xdfdfffdfdfdfdfdf, w1: 0x3a52455446412d59, m1: 0xffdfdfdfdfdfffdf, w2: 0x0, m2: 0x0, n: 12, typ: HdrRetryAfter, more: 0},                                        // retry-after:
	54:  {w0: 0x3a4e4f53414552, m0: 0xffdfdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 7, typ: HdrReason, more: 0},                                                                               // reason:
	55:  {w0: 0x3a474e494e524157, m0: 0xffdfdfdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 8, typ: HdrWarning, more: 0},                                                                          // warning:
	56:  {w0: 0x595449544e454449, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a595449544e4544, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 9, typ: HdrIdentity, more: 84},                                          // identity:
	57:  {w0: 0x3a59, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrIdentity, more: 0},                                                                                                 // y:
	58:  {w0: 0x3a59434156495250, m0: 0xffdfdfdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 8, typ: HdrPrivacy, more: 0},                                                                          // privacy:
	59:  {w0: 0x2d59524f54534948, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a4f464e492d5952, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 13, typ: HdrHistoryInfo, more: 0},                                       // history-info:
	60:  {w0: 0x474154452d504953, m0: 0xdfdfdfdfffdfdfdf, w1: 0x3a474154452d5049, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 9, typ: HdrSIPETag, more: 0},                                            // sip-etag:
	61:  {w0: 0x4d2d46492d504953, m0: 0xdfffdfdfffdfdfdf, w1: 0x3a484354414d2d46, m1: 0xffdfdfdfdfdfffdf, w2: 0x0, m2: 0x0, n: 13, typ: HdrSIPIfMatch, more: 0},                                        // sip-if-match:
	62:  {w0: 0x5049524353425553, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a45544154532d4e, m1: 0xffdfdfdfdfdfffdf, w2: 0x4154532d4e4f4954, m2: 0xdfdfdfffdfdfdfdf, n: 19, typ: HdrSubscriptionState, more: 0},   // subscription-state:
	63:  {w0: 0x2d45434956524553, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a4554554f522d45, m1: 0xffdfdfdfdfdfffdf, w2: 0x0, m2: 0x0, n: 14, typ: HdrServiceRoute, more: 0},                                      // service-route:
	64:  {w0: 0x3a545045434341, m0: 0xffdfdfdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 7, typ: HdrAccept, more: 0},                                                                               // accept:
	65:  {w0: 0x432d545045434341, m0: 0xdfffdfdfdfdfdfdf, w1: 0x3a544341544e4f43, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 15, typ: HdrAcceptContact, more: 0},                                     // accept-contact:
	66:  {w0: 0x3a41, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrAcceptContact, more: 0},                                                                                            // a:
	67:  {w0: 0x452d545045434341, m0: 0xdfffdfdfdfdfdfdf, w1: 0x3a474e49444f434e, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 16, typ: HdrAcceptEncoding, more: 0},                                    // accept-encoding:
	68:  {w0: 0x4c2d545045434341, m0: 0xdfffdfdfdfdfdfdf, w1: 0x3a45474155474e41, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 16, typ: HdrAcceptLanguage, more: 0},                                    // accept-language:
	69:  {w0: 0x4e492d5452454c41, m0: 0xdfdfffdfdfdfdfdf, w1: 0x3a4f464e492d5452, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 11, typ: HdrAlertInfo, more: 0},                                         // alert-info:
	70:  {w0: 0x56452d574f4c4c41, m0: 0xdfdfffdfdfdfdfdf, w1: 0x3a53544e4556452d, m1: 0xffdfdfdfdfdfdfff, w2: 0x0, m2: 0x0, n: 13, typ: HdrAllowEvents, more: 0},                                       // allow-events:
	71:  {w0: 0x3a55, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrAllowEvents, more: 0},                                                                                              // u:
	72:  {w0: 0x49544e4548545541, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a4f464e492d4e4f, m1: 0xffdfdfdfdfffdfdf, w2: 0x492d4e4f49544143, m2: 0xdfffdfdfdfdfdfdf, n: 20, typ: HdrAuthenticationInfo, more: 0},  // authentication-info:
	73:  {w0: 0x464e492d4c4c4143, m0: 0xdfdfdfffdfdfdfdf, w1: 0x3a4f464e492d4c4c, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 10, typ: HdrCallInfo, more: 0},                                          // call-info:
	74:  {w0: 0x2d544e45544e4f43, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a4e4f495449534f, m1: 0xffdfdfdfdfdfdfdf, w2: 0x5449534f50534944, m2: 0xdfdfdfdfdfdfdfdf, n: 20, typ: HdrContentDisposition, more: 75}, // content-disposition:
	75:  {w0: 0x2d544e45544e4f43, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a474e49444f434e, m1: 0xffdfdfdfdfdfdfdf, w2: 0x474e49444f434e45, m2: 0xdfdfdfdfdfdfdfdf, n: 17, typ: HdrContentEncoding, more: 77},    // content-encoding:
	76:  {w0: 0x3a45, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrContentEncoding, more: 0},                                                                                          // e:
	77:  {w0: 0x2d544e45544e4f43, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a45474155474e41, m1: 0xffdfdfdfdfdfdfdf, w2: 0x45474155474e414c, m2: 0xdfdfdfdfdfdfdfdf, n: 17, typ: HdrContentLanguage, more: 0},     // content-language:
	78:  {w0: 0x4e492d524f525245, m0: 0xdfdfffdfdfdfdfdf, w1: 0x3a4f464e492d524f, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 11, typ: HdrErrorInfo, more: 0},                                         // error-info:
	79:  {w0: 0x2d45525554414546, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a535041432d4552, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 13, typ: HdrFeatureCaps, more: 0},                                       // feature-caps:
	80:  {w0: 0x4d49542d574f4c46, m0: 0xdfdfdfffdfdfdfdf, w1: 0x3a52454d49542d57, m1: 0xffdfdfdfdfdfffdf, w2: 0x0, m2: 0x0, n: 11, typ: HdrFlowTimer, more: 0},                                         // flow-timer:
	81:  {w0: 0x5441434f4c4f4547, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a4e4f495441434f, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 12, typ: HdrGeolocation, more: 82},                                      // geolocation:
	82:  {w0: 0x5441434f4c4f4547, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a524f5252452d4e, m1: 0xffdfdfdfdfdfffdf, w2: 0x4f5252452d4e4f49, m2: 0xdfdfdfdfffdfdfdf, n: 18, typ: HdrGeolocationError, more: 83},   // geolocation-error:
	83:  {w0: 0x5441434f4c4f4547, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a474e4954554f52, m1: 0xffdfdfdfdfdfdfdf, w2: 0x54554f522d4e4f49, m2: 0xdfdfdfdfffdfdfdf, n: 20, typ: HdrGeolocationRouting, more: 0},  // geolocation-routing:
	84:  {w0: 0x595449544e454449, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a4f464e492d5954, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 14, typ: HdrIdentityInfo, more: 0},                                      // identity-info:
	85:  {w0: 0x3a4e, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrIdentityInfo, more: 0},                                                                                             // n:
	86:  {w0: 0x594c5045522d4e49, m0: 0xdfdfdfdfdfffdfdf, w1: 0x3a4f542d594c5045, m1: 0xffdfdfffdfdfdfdf, w2: 0x0, m2: 0x0, n: 12, typ: HdrInReplyTo, more: 0},                                         // in-reply-to:
	87:  {w0: 0x4341502d4f464e49, m0: 0xdfdfdfffdfdfdfdf, w1: 0x3a4547414b434150, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 13, typ: HdrInfoPackage, more: 0},                                       // info-package:
	88:  {w0: 0x3a4e494f4a, m0: 0xffdfdfdfdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 5, typ: HdrJoin, more: 0},                                                                                         // join:
	89:  {w0: 0x414552422d58414d, m0: 0xdfdfdfdfffdfdfdf, w1: 0x3a48544441455242, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 12, typ: HdrMaxBreadth, more: 0},                                        // max-breadth:
	90:  {w0: 0x5245562d454d494d, m0: 0xdfdfdfffdfdfdfdf, w1: 0x3a4e4f4953524556, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 13, typ: HdrMIMEVersion, more: 0},                                       // mime-version:
	91:  {w0: 0x415a494e4147524f, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a4e4f4954415a49, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 13, typ: HdrOrganization, more: 0},                                      // organization:
	92:  {w0: 0x5353454343412d50, m0: 0xdfdfdfdfdfdfffdf, w1: 0x3a4f464e492d4b52, m1: 0xffdfdfdfdfffdfdf, w2: 0x4b524f5754454e2d, m2: 0xdfdfdfdfdfdfdfff, n: 22, typ: HdrPAccessNetworkInfo, more: 0},  // p-access-network-info:
	93:  {w0: 0x49434f5353412d50, m0: 0xdfdfdfdfdfdfffdf, w1: 0x3a4952552d444554, m1: 0xffdfdfdfffdfdfdf, w2: 0x4952552d44455441, m2: 0xdfdfdfffdfdfdfdf, n: 17, typ: HdrPAssociatedURI, more: 0},      // p-associated-uri:
	94:  {w0: 0x44454c4c41432d50, m0: 0xdfdfdfdfdfdfffdf, w1: 0x3a44492d59545241, m1: 0xffdfdfffdfdfdfdf, w2: 0x492d59545241502d, m2: 0xdfffdfdfdfdfdfff, n: 18, typ: HdrPCalledPartyID, more: 0},      // p-called-party-id:
	95:  {w0: 0x4947524148432d50, m0: 0xdfdfdfdfdfdfffdf, w1: 0x3a524f544345562d, m1: 0xffdfdfdfdfdfdfff, w2: 0x4f544345562d474e, m2: 0xdfdfdfdfdfffdfdf, n: 18, typ: HdrPChargingVector, more: 0},     // p-charging-vector:
	96:  {w0: 0x2d594c5241452d50, m0: 0xffdfdfdfdfdfffdf, w1: 0x3a414944454d2d59, m1: 0xffdfdfdfdfdfffdf, w2: 0x0, m2: 0x0, n: 14, typ: HdrPEarlyMedia, more: 0},                                       // p-early-media:
	97:  {w0: 0x4445565245532d50, m0: 0xdfdfdfdfdfdfffdf, w1: 0x3a524553552d4445, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 14, typ: HdrPServedUser, more: 0},                                       // p-served-user:
	98:  {w0: 0x4554495349562d50, m0: 0xdfdfdfdfdfdfffdf, w1: 0x3a44492d4b524f57, m1: 0xffdfdfffdfdfdfdf, w2: 0x524f5754454e2d44, m2: 0xdfdfdfdfdfdfffdf, n: 21, typ: HdrPVisitedNetworkID, more: 0},   // p-visited-network-id:
	99:  {w0: 0x595449524f495250, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a595449524f4952, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 9, typ: HdrPriority, more: 0},                                           // priority:
	100: {w0: 0x464e492d56434552, m0: 0xdfdfdfffdfdfdfdf, w1: 0x3a4f464e492d5643, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 10, typ: HdrRecvInfo, more: 0},                                          // recv-info:
	101: {w0: 0x55532d5245464552, m0: 0xdfdfffdfdfdfdfdf, w1: 0x3a4255532d524546, m1: 0xffdfdfdfffdfdfdf, w2: 0x0, m2: 0x0, n: 10, typ: HdrReferSub, more: 0},                                          // refer-sub:
	102: {w0: 0x432d5443454a4552, m0: 0xdfffdfdfdfdfdfdf, w1: 0x3a544341544e4f43, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 15, typ: HdrRejectContact, more: 0},                                     // reject-contact:
	103: {w0: 0x3a4a, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrRejectContact, more: 0},                                                                                            // j:
	104: {w0: 0x4f542d594c504552, m0: 0xdfdfffdfdfdfdfdf, w1: 0x3a4f542d594c5045, m1: 0xffdfdfffdfdfdfdf, w2: 0x0, m2: 0x0, n: 9, typ: HdrReplyTo, more: 0},                                            // reply-to:
	105: {w0: 0x2d54534555514552, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a4e4f495449534f, m1: 0xffdfdfdfdfdfdfdf, w2: 0x5449534f50534944, m2: 0xdfdfdfdfdfdfdfdf, n: 20, typ: HdrRequestDisposition, more: 0},  // request-disposition:
	106: {w0: 0x3a44, m0: 0xffdf, w1: 0x0, m1: 0x0, w2: 0x0, m2: 0x0, n: 2, typ: HdrRequestDisposition, more: 0},                                                                                       // d:
	107: {w0: 0x454352554f534552, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a595449524f4952, m1: 0xffdfdfdfdfdfdfdf, w2: 0x5449524f4952502d, m2: 0xdfdfdfdfdfdfdfff, n: 18, typ: HdrResourcePriority, more: 0},    // resource-priority:
	108: {w0: 0x5954495255434553, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a544e45494c432d, m1: 0xffdfdfdfdfdfdfff, w2: 0x0, m2: 0x0, n: 16, typ: HdrSecurityClient, more: 109},                                  // security-client:
	109: {w0: 0x5954495255434553, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a5245565245532d, m1: 0xffdfdfdfdfdfdfff, w2: 0x0, m2: 0x0, n: 16, typ: HdrSecurityServer, more: 110},                                  // security-server:
	110: {w0: 0x5954495255434553, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a5946495245562d, m1: 0xffdfdfdfdfdfdfff, w2: 0x0, m2: 0x0, n: 16, typ: HdrSecurityVerify, more: 0},                                    // security-verify:
	111: {w0: 0x2d4e4f4953534553, m0: 0xffdfdfdfdfdfdfdf, w1: 0x3a44492d4e4f4953, m1: 0xffdfdfffdfdfdfdf, w2: 0x0, m2: 0x0, n: 11, typ: HdrSessionID, more: 0},                                         // session-id:
	112: {w0: 0x5353455250505553, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a484354414d2d46, m1: 0xffdfdfdfdfdfffdf, w2: 0x4354414d2d46492d, m2: 0xdfdfdfdfffdfdfff, n: 18, typ: HdrSuppressIfMatch, more: 0},     // suppress-if-match:
	113: {w0: 0x442d544547524154, m0: 0xdfffdfdfdfdfdfdf, w1: 0x3a474f4c4149442d, m1: 0xffdfdfdfdfdfdfff, w2: 0x0, m2: 0x0, n: 14, typ: HdrTargetDialog, more: 0},                                      // target-dialog:
	114: {w0: 0x4d415453454d4954, m0: 0xdfdfdfdfdfdfdfdf, w1: 0x3a504d415453454d, m1: 0xffdfdfdfdfdfdfdf, w2: 0x0, m2: 0x0, n: 10, typ: HdrTimestamp, more: 0},                                         // timestamp:
	115: {w0: 0x2d4f542d52455355, m0: 0xffdfdfffdfdfdfdf, w1: 0x3a524553552d4f54, m1: 0xffdfdfdfdfffdfdf, w2: 0x0, m2: 0x0, n: 13, typ: HdrUserToUser, more: 0},                                        // user-to-user:
}

// longHeaders are the names that do not fit an entry.
var longHeaders = [...]HeaderType{HdrPChargingFunctionAddresses}
