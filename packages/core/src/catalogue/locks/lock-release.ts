const script =
  "for _, key in ipairs(KEYS) do if redis.call('get', key) == ARGV[1] then redis.call('del', key) end end";

/** Returns the arguments of an EVAL that deletes those of the keys that contain this token. */
export function lockReleaseArgs(keys: readonly string[], token: string): readonly string[] {
  return [script, String(keys.length), ...keys, token];
}
