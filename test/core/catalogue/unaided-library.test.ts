import { describe, expect, it } from 'vitest';
import { workerOf } from '../../../packages/core/src/catalogue/unaided-library.ts';

describe('the worker of a library', () => {
  it.each<[string, unknown[], ReturnType<typeof workerOf>]>([
    ['bzpopmin', ['bull:mails:marker', 5], 'bullmq'],
    ['bzpopmin', [Buffer.from('{shop}:mails:marker'), 5], 'bullmq'],
    ['brpoplpush', ['bull:mails:wait', 'bull:mails:active', 5], 'bull'],
    ['brpoplpush', ['bull:mails:wait', 'done', 5], undefined],
    ['brpoplpush', ['jobs', 'shop:active', 5], undefined],
    ['bzpopmin', ['scores', 5], undefined],
    ['bzpopmin', [], undefined],
    ['blpop', ['bull:mails:marker', 5], undefined],
  ])('is recognised by %s %j: %s', (name, args, library) => {
    expect(workerOf(name, args)).toBe(library);
  });
});
