/**
 * The side effect of a command, which decides whether it may be sent again when its outcome is unknown.
 *
 * - `read`: no side effect.
 * - `write-checked`: applies only under a condition (SET NX, DEL of a key that may be gone): a second run leaves the
 *   data as it is, but may answer differently.
 * - `write-last-wins`: twice is the same as once (plain SET).
 * - `write-accumulating`: twice is not once (INCR, LPUSH).
 * - `admin`: changes the server.
 * - `never`: unknown, or tied to the connection.
 */
export type Category =
  'read' | 'write-checked' | 'write-last-wins' | 'write-accumulating' | 'admin' | 'never';
