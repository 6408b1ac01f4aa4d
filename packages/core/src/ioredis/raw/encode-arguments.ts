type Arguments = readonly (string | Buffer)[];

/** Encodes commands and joins them; the result is a string if all arguments of all commands are strings. */
export function encodeArguments(commands: readonly Arguments[]): string | Buffer {
  let text = '';
  let parts: (string | Buffer)[] | undefined;
  for (const args of commands) {
    text += `*${args.length}\r\n`;
    for (const arg of args) {
      if (typeof arg === 'string') text += `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`;
      else {
        parts ??= [];
        parts.push(`${text}$${arg.length}\r\n`, arg);
        text = '\r\n';
      }
    }
  }
  if (parts === undefined) return text;
  return Buffer.concat([...parts, text].map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}
