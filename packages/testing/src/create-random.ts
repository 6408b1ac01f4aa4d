/**
 * Returns a source of random numbers in [0, 1) that produces the same numbers in every run with the same `seed`
 * (mulberry32). Pass the source to code under test wherever the test must not depend on chance.
 *
 * @example
 * const random = createRandom(42);
 * random() === createRandom(42)(); // true
 */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
