/**
 * Returns the line of a program's output that most likely says why it failed: the last error with a message, else the
 * last line that speaks of an error, else the last line. Stack frames say where an error was made, never why.
 */
export function tellingLine(output: string): string | undefined {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at '));
  return (
    lines.findLast((line) => /^(?:Uncaught )?\w*(?:Error|Exception)\b[^:]*: /.test(line)) ??
    lines.findLast((line) => /error/i.test(line)) ??
    lines.at(-1)
  );
}
