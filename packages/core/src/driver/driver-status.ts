/**
 * The status of a client according to the client itself. `idle`: it has never been told to connect. `parked`: it is
 * waiting between two attempts. `handshake`: it has a socket, over which it sends only its own first commands.
 */
export type DriverStatus =
  'idle' | 'connecting' | 'handshake' | 'ready' | 'monitoring' | 'closed' | 'parked' | 'ended';
