import { createHash } from 'node:crypto';

// Runs as one atomic step: unless the id is known, runs the command and stores its reply in the key of the id. An error
// that proves that the command did not run is not stored, so that a repeat tries again. The third key, if there is one,
// records for which command the id was used, whatever its key.
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

/** How a call names the script: by its digest, or by its text, which loads it on the server. */
export interface ScriptCall {
  readonly command: 'evalsha' | 'eval';
  readonly body: string;
  /** Number of times that the text had been sent when this call was made. */
  readonly loads: number;
}

/**
 * Decides how each call of `applyOnce` names the script. Of concurrent calls that find the script missing on the
 * server, only the first sends its text.
 */
export class OnceScript {
  #loads = 0;

  next(): ScriptCall {
    return this.#loads === 0 ? this.load() : { command: 'evalsha', body: sha, loads: this.#loads };
  }

  /**
   * Call when a server did not know the script. `isAgain`: whether that has happened before in this call of
   * `applyOnce`.
   */
  missing({ loads }: ScriptCall, isAgain: boolean): ScriptCall {
    return isAgain || loads === this.#loads ? this.load() : this.next();
  }

  load(): ScriptCall {
    this.#loads++;
    return { command: 'eval', body: script, loads: this.#loads };
  }
}
