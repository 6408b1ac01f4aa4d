import { createHash } from 'node:crypto';

// Redis runs this script as one atomic step. If the id is known, the script returns the stored reply. If the id is new,
// the script runs the command, and stores the reply in the key of the id. An error that proves that the command did not
// run is not stored, so that a repeat tries again. The third key, if given, depends only on the id, and records the
// command for which the id was used.
const script = `
local known = redis.call('GET', KEYS[1])
if known then
  local answer = cmsgpack.unpack(known)
  if answer.c and answer.c ~= ARGV[3] then return redis.error_reply('ERR ONCEID') end
  if answer.e then return redis.error_reply(answer.e) end
  if answer.s then return redis.status_reply(answer.s) end
  return answer.r
end
if KEYS[3] then
  local other = redis.call('GET', KEYS[3])
  if other and other ~= ARGV[3] then return redis.error_reply('ERR ONCEID') end
end
local reply = redis.pcall(ARGV[2], KEYS[2], unpack(ARGV, 4))
local answer
if type(reply) == 'table' and reply.err then
  local code = string.match(reply.err, '^%-?(%u+)')
  if code == 'OOM' or code == 'MISCONF' or code == 'NOREPLICAS' or code == 'READONLY' then return reply end
  answer = { e = reply.err }
elseif type(reply) == 'table' and reply.ok then
  answer = { s = reply.ok }
else
  answer = { r = reply }
end
answer.c = ARGV[3]
redis.call('SET', KEYS[1], cmsgpack.pack(answer), 'PX', ARGV[1])
if KEYS[3] then redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[1]) end
return reply
`;

const sha = createHash('sha1').update(script).digest('hex');

/** How a call refers to the script: by its digest, or by its text, which also loads the script on the server. */
export interface ScriptCall {
  readonly command: 'evalsha' | 'eval';
  readonly body: string;
  /**
   * How many calls had sent the text of the script when this object was created, including this call if it sends the
   * text.
   */
  readonly loads: number;
}

/**
 * Decides whether a call of `applyOnce` sends the digest or the text of the script. Of concurrent calls that find the
 * script missing on the server, only the first sends its text.
 */
export class OnceScript {
  #loads = 0;

  next(): ScriptCall {
    return this.#loads === 0 ? this.load() : { command: 'evalsha', body: sha, loads: this.#loads };
  }

  /**
   * Call when the server did not know the script. Returns what to send next. `isAgain`: whether an earlier attempt of
   * the same call of `applyOnce` has already found that the server did not know the script.
   */
  missing({ loads }: ScriptCall, isAgain: boolean): ScriptCall {
    return isAgain || loads === this.#loads ? this.load() : this.next();
  }

  load(): ScriptCall {
    this.#loads++;
    return { command: 'eval', body: script, loads: this.#loads };
  }
}
