import { dirname } from 'node:path';

/** The root of the repository; this file is in test/simulate, or in its `dist` after a build. */
export const rootFolder = dirname(import.meta.dirname.replace(/[/\\]test[/\\]simulate.*$/, '/test'));
