/** The server's texts that quote a command's arguments, which may be keys, values or passwords. */
const quotes: readonly (readonly [RegExp, string])[] = [
  [/^(ERR unknown (?:sub)?command [^]{0,200}?), with args beginning with: [^]*$/, '$1'],
  [/^(ERR Error in ACL SETUSER modifier )'[^]*'(:[^']*)$/, "$1'(not shown)'$2"],
];

/**
 * Removes the arguments that the server quotes from the message and the stack of its error. Scripts write their own
 * errors, so those stay as they are.
 */
export function unquoteArguments(error: Error): void {
  const { message, stack } = error;
  if (!message.startsWith('ERR ')) return;
  const rule = quotes.find(([pattern]) => pattern.test(message));
  if (rule === undefined) return;
  const unquoted = message.replace(...rule);
  error.message = unquoted;
  if (stack?.includes(message)) error.stack = stack.replace(message, () => unquoted);
}
