import { UsageError } from './usage-error.ts';

/** Runs `work`, and converts a ConfigurationError that it throws into a UsageError. */
export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && error.name === 'ConfigurationError') throw new UsageError(error.message);
    throw error;
  }
}
