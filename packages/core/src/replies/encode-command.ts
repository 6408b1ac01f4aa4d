/**
 * Encodes one command in the Redis protocol.
 *
 * @example
 * encodeCommand(['GET', 'greeting']); // '*2\r\n$3\r\nGET\r\n$8\r\ngreeting\r\n'
 */
export function encodeCommand(args: readonly (string | number)[]): string {
  let text = `*${args.length}\r\n`;
  for (const arg of args) text += `$${Buffer.byteLength(String(arg))}\r\n${arg}\r\n`;
  return text;
}
