/**
 * The side effect of a command, which decides whether it may be retried when its outcome is unknown.
 *
 * - `read`: no side effect.
 * - `write-checked`: applies only under a condition (SET NX, DEL of a key that may be gone): a second run leaves the
 *   data unchanged, but may return a different reply.
 * - `write-last-wins`: running it twice has the same effect as once (plain SET).
 * - `write-accumulating`: running it twice has a different effect than once (INCR, LPUSH).
 * - `admin`: changes the server itself.
 * - `never`: its effect is unknown (a script, a command that is in no table), or it is tied to the connection.
 */
export type Category =
  'read' | 'write-checked' | 'write-last-wins' | 'write-accumulating' | 'admin' | 'never';
