import { Command } from 'ioredis';
import type { DriverCommand, SendCommand } from '../../driver/driver-command.ts';
import type { ProvenState } from '../../driver/driver.ts';
import type { ServerInfo } from '../../handshake/verify-handshake.ts';

const handshakeNames = new Set(['hello', 'auth', 'select', 'client', 'readonly', 'info', 'monitor']);

/** Whether the driver's own handshake may contain this command. */
export function isHandshakeCommand({ name }: DriverCommand): boolean {
  return handshakeNames.has(name.toLowerCase());
}

/**
 * Saves a round trip: resolves a command in the driver's own handshake without sending it, if its effect (login,
 * protocol, database, name or mode) was already established when the connection was verified. CLIENT SETINFO is
 * resolved without awaiting its reply, which does not matter, and is not sent to servers that do not support it.
 * Returns false if the command must be sent.
 */
export function answerFromProof(command: DriverCommand, proven: ProvenState, send: SendCommand): boolean {
  const words = command.args.flat().map(String);
  const [first, second] = words;
  switch (command.name.toLowerCase()) {
    case 'hello':
      return answer(command, proven.isResp3 && isLogin(words.slice(2), proven), []);
    case 'auth':
      return answer(command, isLogin(words, proven));
    case 'select':
      return answer(command, Number(first) === proven.session.database);
    case 'readonly':
      return answer(command, proven.session.readOnly);
    case 'client':
      if (first?.toUpperCase() === 'SETNAME') return answer(command, second === proven.session.clientName);
      if (first?.toUpperCase() !== 'SETINFO') return false;
      if (knowsSetInfo(proven.info)) sendAside(command, send);
      return answer(command, true);
    default:
      return false;
  }
}

/** Whether these arguments log in with the same credentials as the connection did, or with none if it used none. */
function isLogin(words: readonly string[], { credentials }: ProvenState): boolean {
  if (credentials === undefined) return words.length === 0;
  const [username, password] = words.length > 1 ? words : ['default', words[0]];
  return password === credentials.password && username === (credentials.username || 'default');
}

function answer(command: DriverCommand, isProven: boolean, value: unknown = 'OK'): boolean {
  if (isProven) command.resolve(value);
  return isProven;
}

/**
 * Returns whether the server supports CLIENT SETINFO, as Redis does from 7.2 on, and Valkey in all versions. Servers
 * without CLIENT SETINFO would only reply with an error.
 */
function knowsSetInfo({ redis_version: version, valkey_version: valkey }: ServerInfo): boolean {
  if (valkey !== undefined || version === undefined) return true;
  const [major = Infinity, minor = Infinity] = version.split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 2) || Number.isNaN(major);
}

/**
 * Keeps ioredis from making two CLIENT SETINFO commands for its handshake with a server that does not support them: they
 * would never be sent. `proven` is undefined once the handshake is over.
 */
export function spareClientInfo(options: Record<string, unknown>, proven: ProvenState | undefined): void {
  const { disableClientInfo: current } = options;
  if (current !== false && current !== unsupported) return;
  const next = proven !== undefined && !knowsSetInfo(proven.info) ? unsupported : false;
  if (next !== current) options['disableClientInfo'] = next;
}

/** The value of the option `disableClientInfo` during a handshake; any other value was set by the application. */
const unsupported = 'not supported by the server';

function sendAside({ name, args }: DriverCommand, send: SendCommand): void {
  const aside = new Command(name, args.map(String));
  aside.promise.catch(ignore);
  send(aside as unknown as DriverCommand);
}

function ignore(): void {
  // Users may lack permission for the command, and other servers than Redis may not know it. Neither matters.
}
