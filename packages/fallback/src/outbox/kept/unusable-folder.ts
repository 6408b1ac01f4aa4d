import { isNativeError } from 'node:util/types';
import { ConfigurationError } from '@redis-resilience/core';

/** Creates the error for a folder that cannot be used. */
export function unusableFolder(error: unknown): ConfigurationError {
  return new ConfigurationError(`The folder in the option path cannot be used: ${reasonOf(error)}`, {
    cause: error,
  });
}

/** Creates the error for a folder that cannot be opened in time, for example on a network drive that is unavailable. */
export function silentFolder(withinMs: number): ConfigurationError {
  return new ConfigurationError(
    `The folder in the option path could not be opened within ${withinMs} ms: its disk or network drive does not ` +
      'answer. Choose a folder on a local disk.',
  );
}

function reasonOf(error: unknown): string {
  const codes = codesOf(error);
  const code = codes.find((each) => reasons[each] !== undefined) ?? '';
  return (
    reasons[code] ?? 'another process has it open, or it holds something else. Choose a folder of its own.'
  );
}

const forbidden = 'this process may not write there. Give it the right to, or choose another folder.';
const impossible = 'no folder can be made there. Choose another path.';

const reasons: Readonly<Record<string, string>> = {
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: 'its file system is read-only. Choose another folder.',
  ENOENT: impossible,
  ENOTDIR: 'it is a file, or lies below one. Choose the path of a folder.',
  EEXIST: 'it is a file. Choose the path of a folder.',
  ENAMETOOLONG: impossible,
  ELOOP: impossible,
  ERR_INVALID_ARG_VALUE: impossible,
  ENOSPC: 'its disk is full.',
  EDQUOT: 'its disk is full.',
  ENOTEMPTY: 'it holds files of something else. Choose a folder of its own.',
  EOWNER:
    'it belongs to another user of the machine. Choose a folder in which only this user may create files.',
  EFTYPE: 'it holds pipes, devices or links. Choose a folder of its own.',
  LEVEL_LOCKED: 'another process, or another object of this one, has it open. Give each a folder of its own.',
};

// Returns the codes of an error and of its causes, because LevelDB wraps the error that contains the reason.
function codesOf(error: unknown): readonly string[] {
  const codes: string[] = [];
  for (let each = error, depth = 0; isNativeError(each) && depth < 5; each = each.cause, depth++) {
    const { code } = each as NodeJS.ErrnoException;
    if (typeof code === 'string') codes.push(code);
  }
  return codes;
}
