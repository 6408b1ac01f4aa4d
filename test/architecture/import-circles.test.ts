import { expect, it } from 'vitest';
import { importCircles } from './import-circles.ts';

function circlesOf(imports: Readonly<Record<string, readonly string[]>>): string[] {
  return importCircles(new Map(Object.entries(imports)));
}

it('importCircles finds no circle where all imports point one way', () => {
  expect(circlesOf({ a: ['b', 'c'], b: ['c'], c: [], d: ['a'] })).toEqual([]);
});

it('importCircles finds a file that imports itself', () => {
  expect(circlesOf({ a: ['a'] })).toEqual(['a -> a']);
});

it('importCircles tells each circle by the shortest way around it', () => {
  const graph = { a: ['b'], b: ['c'], c: ['a', 'x'], x: ['y'], y: ['x'] };
  expect(circlesOf(graph)).toEqual(['a -> b -> c -> a', 'x -> y -> x']);
});

it('importCircles names the files that are knotted with a circle beside its shortest way', () => {
  const graph = { a: ['b', 'c'], b: ['a'], c: ['d'], d: ['b'] };
  expect(circlesOf(graph)).toEqual(['a -> b -> a, knotted with c, d']);
});
