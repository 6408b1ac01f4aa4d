import {
  bulk,
  failure,
  integer,
  list,
  map,
  nothing,
  ok,
  simple,
  type ReplyText,
} from '../../core/fakes/reply-text.ts';
import { runData, isWrite } from './run-data.ts';
import { runScript } from './run-script.ts';
import type { ServerConnection } from './server-connection.ts';
import type { SimulatedServer } from './simulated-server.ts';

/** Runs one of the commands that the packages use. Returns `undefined` if the reply comes later. */
type Run = (connection: ServerConnection, args: readonly string[]) => ReplyText | undefined;

const controls: ReadonlyMap<string, Run> = new Map(
  Object.entries({
    auth: authenticate,
    hello: greet,
    ping: ({ channels, protocol }) =>
      channels.size > 0 && protocol === 2 ? list(bulk('pong'), bulk('')) : simple('PONG'),
    echo: (_, [text = '']) => bulk(text),
    info: ({ server }) => bulk(infoOf(server)),
    client: answerAboutClients,
    select(connection, [database]) {
      connection.database = Number(database);
      return ok;
    },
    multi(connection) {
      connection.queued = [];
      connection.isAborted = false;
      return ok;
    },
    discard(connection) {
      endTransaction(connection);
      return ok;
    },
    exec: execute,
    watch(connection, keys) {
      for (const key of keys) {
        connection.watched.set(key, connection.server.store.versions.get(key) ?? 0);
      }
      return ok;
    },
    unwatch(connection) {
      connection.watched.clear();
      return ok;
    },
    subscribe: (connection, names) =>
      names
        .map((name) => {
          if (connection.channels.has(name)) connection.server.ledger.subscribedAgain(name);
          connection.channels.add(name);
          return connection.acknowledged('subscribe', name);
        })
        .join(''),
    unsubscribe(connection, names) {
      const each = names.length === 0 ? [...connection.channels] : names;
      if (each.length === 0) return connection.acknowledged('unsubscribe', undefined);
      return each
        .map((name) => {
          connection.channels.delete(name);
          return connection.acknowledged('unsubscribe', name);
        })
        .join('');
    },
    publish: ({ server }, [channel = '', message = '']) => integer(server.publish(channel, message)),
    eval: runScript,
    evalsha: runScript,
    quit(connection) {
      connection.send(ok);
      connection.socket.end();
      return undefined;
    },
  } satisfies Record<string, Run>),
);

const beforeLogin: ReadonlySet<string> = new Set(['auth', 'hello', 'quit']);
const whileLoading: ReadonlySet<string> = new Set([
  ...beforeLogin,
  'info',
  'client',
  'select',
  'subscribe',
  'unsubscribe',
]);
const whileBusy: ReadonlySet<string> = beforeLogin;
const inTransaction: ReadonlySet<string> = new Set(['multi', 'exec', 'discard', 'watch', 'quit']);
const whileSubscribed: ReadonlySet<string> = new Set(['subscribe', 'unsubscribe', 'ping', 'quit']);

/** Whether the server holds back this command because of CLIENT PAUSE. */
export function isHeld({ holdsWrites }: SimulatedServer, [name = '']: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return holdsWrites && (isWrite(lower) || /^(exec|eval|evalsha)$/.test(lower));
}

export function answerTo(connection: ServerConnection, command: readonly string[]): ReplyText | undefined {
  const [given = '', ...args] = command;
  const name = given.toLowerCase();
  const refusal = refusalOf(connection, name);
  if (refusal !== undefined) {
    if (connection.queued !== undefined) connection.isAborted = true;
    return failure(refusal);
  }
  if (connection.queued !== undefined && !inTransaction.has(name)) {
    connection.queued.push(command);
    return simple('QUEUED');
  }
  const control = controls.get(name);
  return control === undefined ? runData(connection, name, args, 'alone') : control(connection, args);
}

function execute(connection: ServerConnection): ReplyText {
  const { queued, isAborted, watched, server } = connection;
  const isStale = [...watched].some(([key, version]) => (server.store.versions.get(key) ?? 0) !== version);
  endTransaction(connection);
  if (queued === undefined) return failure('ERR EXEC without MULTI');
  if (isAborted) return failure('EXECABORT Transaction discarded because of previous errors.');
  if (isStale) return connection.protocol === 3 ? '_\r\n' : '*-1\r\n';
  const answers = queued.map(([name = '', ...args]) => {
    const control = controls.get(name.toLowerCase());
    if (control !== undefined) return control(connection, args) ?? nothing;
    return runData(connection, name.toLowerCase(), args, 'in-multi') ?? nothing;
  });
  return list(...answers);
}

function endTransaction(connection: ServerConnection): void {
  connection.queued = undefined;
  connection.isAborted = false;
  connection.watched.clear();
}

function refusalOf(
  { server, isAuthenticated, channels, protocol }: ServerConnection,
  name: string,
): string | undefined {
  if (!isAuthenticated && !beforeLogin.has(name)) return 'NOAUTH Authentication required.';
  if (server.mood === 'loading' && !whileLoading.has(name))
    return 'LOADING Redis is loading the dataset in memory';
  if (server.mood === 'busy' && !whileBusy.has(name))
    return 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.';
  if (channels.size > 0 && protocol === 2 && !whileSubscribed.has(name))
    return `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
  const isChange = isWrite(name) || name === 'eval' || name === 'evalsha';
  if (isChange && server.role === 'slave') return "READONLY You can't write against a read only replica.";
  if (isChange && server.writeRefusal === 'persistence')
    return 'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.';
  if (isChange && server.writeRefusal === 'out-of-memory' && name !== 'del')
    return "OOM command not allowed when used memory > 'maxmemory'.";
  return undefined;
}

function authenticate(connection: ServerConnection, args: readonly string[]): ReplyText {
  const { password } = connection.server;
  if (password !== undefined && args.at(-1) !== password)
    return failure('WRONGPASS invalid username-password pair or user is disabled.');
  connection.isAuthenticated = true;
  return ok;
}

function greet(connection: ServerConnection, [version, ...words]: readonly string[]): ReplyText {
  const login = words[0]?.toLowerCase() === 'auth' ? authenticate(connection, words.slice(1)) : ok;
  if (login !== ok) return login;
  if (!connection.isAuthenticated)
    return failure('NOAUTH HELLO must be called with the client already authenticated.');
  connection.protocol = version === '3' ? 3 : 2;
  const facts = [bulk('server'), bulk('redis'), bulk('proto'), integer(connection.protocol)];
  return connection.protocol === 3 ? map(...facts) : list(...facts);
}

function answerAboutClients(
  connection: ServerConnection,
  [word = '', ...args]: readonly string[],
): ReplyText {
  const find = (id: string | undefined): ServerConnection | undefined =>
    connection.server.connections.find((other) => String(other.id) === id);
  switch (word.toLowerCase()) {
    case 'id':
      return integer(connection.id);
    case 'list': {
      const other = find(args[1]);
      return bulk(other === undefined ? '' : `id=${other.id} flags=${other.flags} db=${other.database}\n`);
    }
    case 'unblock':
      return integer(find(args[0])?.release() === true ? 1 : 0);
    case 'setinfo':
      return failure(`ERR unknown subcommand '${word}'. Try CLIENT HELP.`);
    default:
      return ok;
  }
}

function infoOf(server: SimulatedServer): string {
  return [
    '# Server',
    'redis_version:7.2.0',
    `run_id:${server.runId}`,
    '# Clients',
    `connected_clients:${server.connections.length}`,
    '# Persistence',
    `loading:${server.mood === 'loading' ? 1 : 0}`,
    '# Replication',
    `role:${server.role}`,
    '',
  ].join('\r\n');
}
