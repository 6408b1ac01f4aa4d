/** Thrown for invalid arguments. The CLI prints the message of a UsageError in one line, and exits with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
