/**
 * The side effect of a command, which decides whether it may be sent again when nobody knows if it ran.
 *
 * - `read`: no side effect.
 * - `write-checked`: applies only when a condition holds (SET NX, DEL of a key that may be gone): again is harmless to
 *   the data, the answer may differ.
 * - `write-last-wins`: twice is the same as once (plain SET).
 * - `write-accumulating`: twice is not once (INCR, LPUSH).
 * - `admin`: changes the server.
 * - `never`: unknown, or tied to the connection.
 */
export type Category =
  'read' | 'write-checked' | 'write-last-wins' | 'write-accumulating' | 'admin' | 'never';
