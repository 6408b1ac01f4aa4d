import { expect, it } from 'vitest';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';

it('all who give no options share their settings, and an object without options has settings of its own', () => {
  expect(resolveSettings()).toBe(resolveSettings());
  const own = resolveSettings({});
  expect(own).toEqual(resolveSettings());
  expect(own).not.toBe(resolveSettings());
});
