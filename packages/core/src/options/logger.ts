/**
 * Destination of the log lines for operators, such as `console`, a pino or winston logger, or any object with the
 * methods `info`, `warn` and `error`.
 */
export interface Logger {
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** The default logger: process warnings, which Node writes to stderr, one line each. */
export const processWarnings: Logger = {
  info: warn,
  warn,
  error: warn,
};

/** The logger used for `logger: false`. */
export const silence: Logger = { info: ignore, warn: ignore, error: ignore };

function warn(line: string): void {
  process.emitWarning(line, 'RedisResilience');
}

function ignore(): void {
  // `logger: false` writes nothing.
}
