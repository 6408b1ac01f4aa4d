/**
 * The status of a client according to the client itself. `idle`: the client has never begun to connect. `parked`: the
 * client is waiting between two attempts. `handshake`: the client has a socket, over which it sends only its own first
 * commands.
 */
export type DriverStatus =
  'idle' | 'connecting' | 'handshake' | 'ready' | 'monitoring' | 'closed' | 'parked' | 'ended';
