import { UsageError } from './usage-error.ts';

/** Runs what may refuse its input with a ConfigurationError, and makes bad usage of that. */
export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && error.name === 'ConfigurationError') throw new UsageError(error.message);
    throw error;
  }
}
