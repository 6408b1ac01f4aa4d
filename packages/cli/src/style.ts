import type { WriteStream } from 'node:tty';

/** Functions that colour text for a terminal, or return the text unchanged if colours are off. */
export interface Style {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const codes: Readonly<Record<keyof Style, readonly [number, number]>> = {
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/**
 * Returns the style for an output stream. On a terminal, the style has colours, unless NO_COLOR is set or TERM is
 * `dumb`. FORCE_COLOR (any value but 0) turns colours on in any case.
 */
export function styleFor(stream: Pick<WriteStream, 'isTTY'>, env: NodeJS.ProcessEnv = process.env): Style {
  const isForced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const isOff = Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  return styleOf(isForced || (stream.isTTY && !isOff));
}

function styleOf(isColoured: boolean): Style {
  const painted = Object.entries(codes).map(([name, [on, off]]) => [
    name,
    (text: string) => (isColoured ? `\u001B[${on}m${text}\u001B[${off}m` : text),
  ]);
  return Object.fromEntries(painted) as Style;
}
