import { keySlot } from '../../../packages/core/src/keys/key-slot.ts';
import type { FakeServer, ServerMood } from './fake-server.ts';
import type { ServerClient } from './server-client.ts';
import { bulk, failure, integer, list, map, nothing, ok, simple, type ReplyText } from './reply-text.ts';

/** Runs one command. Returns `undefined` if the command blocks and gets its reply later. */
type Run = (client: ServerClient, args: readonly string[]) => ReplyText | undefined;

const commands: ReadonlyMap<string, Run> = new Map(
  Object.entries({
    auth: authenticate,
    hello: greet,
    ping({ subscriptions }, [text]) {
      if (subscriptions.isExclusive) return list(bulk('pong'), bulk(text ?? ''));
      return text === undefined ? simple('PONG') : bulk(text);
    },
    info: ({ server }) => bulk(infoOf(server)),
    client: answerAboutClients,
    cluster: answerAboutCluster,
    select(client, [database]) {
      client.database = Number(database);
      return ok;
    },
    get({ server }, [key = '']) {
      const value = server.data.get(key);
      return value === undefined ? nothing : bulk(value);
    },
    set({ server }, [key = '', value = '']) {
      server.data.set(key, value);
      return ok;
    },
    rpush({ server }, [key = '', value = '']) {
      const waiting = server.clients.find((client) => client.waitsFor(key));
      if (waiting === undefined) server.lists.set(key, [...(server.lists.get(key) ?? []), value]);
      else waiting.release(list(bulk(key), bulk(value)));
      return integer(1);
    },
    blpop(client, [key = '']) {
      const { lists } = client.server;
      const [value, ...rest] = lists.get(key) ?? [];
      if (value === undefined) return client.block(key);
      lists.set(key, rest);
      return list(bulk(key), bulk(value));
    },
    subscribe: ({ subscriptions }, names) => subscriptions.change('subscribe', names),
    psubscribe: ({ subscriptions }, names) => subscriptions.change('psubscribe', names),
    ssubscribe: ({ subscriptions }, names) => subscriptions.change('ssubscribe', names),
    unsubscribe: ({ subscriptions }, names) => subscriptions.change('unsubscribe', names),
    punsubscribe: ({ subscriptions }, names) => subscriptions.change('punsubscribe', names),
    sunsubscribe: ({ subscriptions }, names) => subscriptions.change('sunsubscribe', names),
  } satisfies Record<string, Run>),
);

const keyed: ReadonlySet<string> = new Set(['get', 'set', 'rpush', 'blpop']);
const writes: ReadonlySet<string> = new Set(['set', 'rpush', 'blpop']);
const beforeLogin: ReadonlySet<string> = new Set(['auth', 'hello']);

/** For each state of the server, such as `loading`: its error reply, and the commands that it runs nevertheless. */
const moods: Readonly<Record<ServerMood, { readonly text: string; readonly runs: ReadonlySet<string> }>> = {
  serves: { text: '', runs: new Set(commands.keys()) },
  loading: {
    text: 'LOADING Redis is loading the dataset in memory',
    runs: new Set(['auth', 'hello', 'info', 'client', 'select', 'subscribe', 'psubscribe', 'ssubscribe']),
  },
  busy: {
    text: 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    runs: beforeLogin,
  },
  stale: {
    text: "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    runs: new Set(['auth', 'hello', 'info', 'client', 'select', 'subscribe', 'psubscribe', 'ssubscribe']),
  },
};

/** Whether the server holds back this command because of CLIENT PAUSE. */
export function isHeld({ holdsWrites }: FakeServer, [name = '']: readonly string[]): boolean {
  return holdsWrites && writes.has(name.toLowerCase());
}

export function answerTo(client: ServerClient, command: readonly string[]): ReplyText | undefined {
  const [given = '', ...args] = command;
  const name = given.toLowerCase();
  client.server.ran.push(
    name === 'client' || name === 'cluster' ? `${name} ${args[0]?.toLowerCase()}` : name,
  );
  const run = commands.get(name);
  const refusal = refusalOf(client, name, args);
  if (refusal !== undefined) return failure(refusal);
  return run === undefined
    ? failure(`ERR unknown command '${given}', with args beginning with: `)
    : run(client, args);
}

function refusalOf(client: ServerClient, name: string, [key = '']: readonly string[]): string | undefined {
  const { server, subscriptions } = client;
  if (server.refuses.has(name)) return server.refuses.get(name);
  if (!client.isAuthenticated && !beforeLogin.has(name)) return 'NOAUTH Authentication required.';
  if (!moods[server.mood].runs.has(name)) return moods[server.mood].text;
  if (server.role === 'slave' && writes.has(name))
    return "READONLY You can't write against a read only replica.";
  if (server.clusterMap !== undefined && keyed.has(name)) {
    const owner = server.clusterMap.ownerOf(key);
    if (server.clusterState === 'fail') return 'CLUSTERDOWN The cluster is down';
    if (owner !== undefined && owner !== server) return `MOVED ${keySlot(key)} ${owner.address}`;
  }
  if (subscriptions.isExclusive && !/subscribe$|^ping$/.test(name)) return notWhileSubscribed(name);
  return undefined;
}

function notWhileSubscribed(name: string): string {
  return `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
}

function authenticate(client: ServerClient, args: readonly string[]): ReplyText {
  const { password } = client.server;
  if (password === undefined && args.length === 1)
    return failure(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    );
  if (password !== undefined && args.at(-1) !== password)
    return failure('WRONGPASS invalid username-password pair or user is disabled.');
  client.isAuthenticated = true;
  return ok;
}

function greet(client: ServerClient, [version, ...words]: readonly string[]): ReplyText {
  const login = words[0]?.toLowerCase() === 'auth' ? authenticate(client, words.slice(1)) : ok;
  if (login !== ok) return login;
  if (!client.isAuthenticated)
    return failure('NOAUTH HELLO must be called with the client already authenticated.');
  client.protocol = version === '3' ? 3 : 2;
  const facts = [bulk('server'), bulk('redis'), bulk('proto'), integer(client.protocol)];
  return client.protocol === 3 ? map(...facts) : list(...facts);
}

function answerAboutClients(client: ServerClient, [word = '', ...args]: readonly string[]): ReplyText {
  switch (word.toLowerCase()) {
    case 'id':
      return integer(client.id);
    case 'list': {
      const other = client.server.clientOf(args[1]);
      return bulk(other === undefined ? '' : `id=${other.id} flags=${other.flags} db=${other.database}\n`);
    }
    case 'unblock':
      return integer(client.server.clientOf(args[0])?.release() === true ? 1 : 0);
    case 'setinfo':
      return failure(`ERR unknown subcommand '${word}'. Try CLIENT HELP.`);
    default:
      return ok;
  }
}

function answerAboutCluster({ server }: ServerClient, [word = '']: readonly string[]): ReplyText {
  const { clusterMap, clusterState } = server;
  if (clusterMap === undefined) return failure('ERR This instance has cluster support disabled');
  if (word.toLowerCase() === 'info')
    return bulk(`cluster_state:${clusterState}\r\ncluster_current_epoch:${clusterMap.epoch}\r\n`);
  const ranges = clusterMap.ranges.map(({ from, to, owner }) =>
    list(integer(from), integer(to), list(bulk(owner.host), integer(owner.port), bulk(owner.address))),
  );
  return list(...ranges);
}

function infoOf(server: FakeServer): string {
  return [
    '# Server',
    `run_id:${server.runId}`,
    '# Clients',
    `connected_clients:${server.clients.length}`,
    '# Replication',
    `role:${server.role}`,
    '',
  ].join('\r\n');
}
