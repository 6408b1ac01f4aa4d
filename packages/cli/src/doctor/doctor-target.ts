import { UsageError } from '../usage-error.ts';

/** The URL to diagnose, and where it was found. */
export interface DoctorTarget {
  readonly url: string;
  readonly isFromEnvironment: boolean;
}

/**
 * Finds the URL to diagnose: the argument, else the environment variable `REDIS_URL`, else localhost. An argument may be
 * an address without a scheme, such as `localhost:6379`.
 *
 * @throws UsageError if there is more than one argument
 */
export function doctorTarget(args: readonly string[], environmentUrl: string | undefined): DoctorTarget {
  const [given, next] = args;
  if (given !== undefined && next !== undefined) {
    const isPort = args.length === 2 && isHostName(given) && /^\d{1,5}$/.test(next);
    throw new UsageError(`doctor takes one URL. ${isPort ? `Write: ${given}:${next}` : 'Try --help.'}`);
  }
  // No scheme is added to REDIS_URL, because the application would reject the variable without one.
  if (given === undefined && environmentUrl) return { url: environmentUrl, isFromEnvironment: true };
  const url = given ?? 'redis://localhost:6379';
  return { url: withScheme(url), isFromEnvironment: false };
}

function withScheme(text: string): string {
  if (/^\d{1,5}$/.test(text)) return `redis://localhost:${text}`;
  return isBareAddress(text) ? `redis://${text}` : text;
}

function isBareAddress(text: string): boolean {
  return (
    /^(?:[^\s/?#@]*@)?(?:[\w.-]*|\[[\da-f:.]+\])(?::\d{1,5})?(?:\/\d*)?$/i.test(text) && /[\w:]/.test(text)
  );
}

function isHostName(text: string): boolean {
  return /^[\w.-]+$/.test(text);
}
