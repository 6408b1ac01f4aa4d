/**
 * Returns the line of a program's output that most likely says why the program failed: the last error with a message,
 * else the last line that contains `error`, else the last line. Ignores the lines of stack traces.
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
