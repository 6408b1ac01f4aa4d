const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Makes untrusted text safe for a terminal: replaces control characters, which a terminal would obey, by spaces, and
 * cuts the text to `longest` characters.
 */
export function plainText(text: string, longest = 200): string {
  const line = text.slice(0, longest + 1).replace(unprintable, ' ');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
