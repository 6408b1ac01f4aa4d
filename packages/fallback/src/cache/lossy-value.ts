import { ConfigurationError } from '@redis-resilience/core';
import { tellMistake } from '@redis-resilience/core/kit';

/**
 * At most this many elements or properties of a value are checked, because the check must cost much less than turning
 * the value into JSON.
 */
const maxChecked = 20;

/**
 * Warns once for each class if a value is or contains an instance that JSON turns into a plain object. The caller whose
 * loader ran gets the instance, but all later callers get the plain object, which is hard to notice in a test.
 */
export function warnOfLoss(value: unknown): void {
  const lossy = [value, ...partsOf(value)].find(isLossy);
  if (lossy === undefined) return;
  const { constructor } = lossy as { constructor?: { name?: string } };
  const name = constructor?.name ?? 'object with a prototype of its own';
  tellMistake(
    new ConfigurationError(
      `A value for the cache contains a ${name}, which JSON turns into a plain object: that is what later callers get ` +
        'from the cache. Return plain data from the loader, such as [...map] for a Map, or set the option serializer.',
    ),
  );
}

/** Returns the elements or properties of a value, followed by the elements or properties of the first one. */
function partsOf(value: unknown): readonly unknown[] {
  const parts = membersOf(value);
  return [...parts, ...parts.slice(0, 1).flatMap(membersOf)];
}

function membersOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || isLossy(value)) return [];
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return members.slice(0, maxChecked);
}

function isLossy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (ArrayBuffer.isView(value)) return true;
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Plain objects of another realm, for example of a test runner, have another `Object.prototype`.
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}
