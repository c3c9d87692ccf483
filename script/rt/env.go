package rt

import "net/netip"

// SocketInfo is what a script can learn about a listen socket.
type SocketInfo struct {
	ID    int32 // as Ctx.SendSocket: the engine's socket id + 1
	Proto Proto
	Addr  netip.AddrPort
	// AdvertiseHost and AdvertisePort are what is shown to others instead of
	// Addr; "" and 0 where nothing else is.
	AdvertiseHost string
	AdvertisePort uint16
	Name          string // listen=… name "x"
}

// SocketEnv is what an Env implements when scripts can look at listen sockets
// and choose the one to send from ($fs, $fsn, $RAi and their kin). Where it
// does not, there is no socket to choose and nothing is advertised.
type SocketEnv interface {
	// FindSocket is the socket that listens at host and port; ProtoNone and
	// port 0 match any. host is an address, or a name that is advertised.
	FindSocket(proto Proto, host []byte, port uint16) (SocketInfo, bool)
	// NamedSocket is the socket of that name.
	NamedSocket(name []byte) (SocketInfo, bool)
	// Socket is the socket with the number id as in Ctx.SendSocket.
	Socket(id int32) (SocketInfo, bool)
	// ReceiveSocket is the socket on which a message to dst arrived.
	ReceiveSocket(proto Proto, dst netip.AddrPort) (SocketInfo, bool)
}

// ConnEnv is what an Env implements when messages can arrive on connections.
type ConnEnv interface {
	// ConnID is the number of the connection on which the message of c
	// arrived, 0 for none ($conid).
	ConnID(c *Ctx) int64
}

// ServerEnv is what an Env implements when the server has an identity of its own.
type ServerEnv interface {
	// ServerID is the parameter server_id ($sid, @sys.server_id).
	ServerID() int64
}
