import { dirname } from 'node:path';

/** The root of the repository, of which this file, or what was built of it, lies in test/simulate or its dist. */
export const rootFolder = dirname(import.meta.dirname.replace(/[/\\]test[/\\]simulate.*$/, '/test'));
