/** The destination of the operator lines: `console`, a logger of pino or winston, or any object with these methods. */
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

/** The logger of `logger: false`. */
export const silence: Logger = { info: ignore, warn: ignore, error: ignore };

function warn(line: string): void {
  process.emitWarning(line, 'RedisResilience');
}

function ignore(): void {
  // Silenced by its option.
}
