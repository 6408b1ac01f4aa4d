import type { CauseCode } from '../cause.ts';

/** The meaning of an error reply. */
export interface ReplyVerdict {
  /** The first word of the reply, such as `WRONGTYPE` or `ERR`. */
  readonly code: string;
  /** Why Redis is unavailable, if the reply says so. */
  readonly cause: CauseCode | undefined;
  /**
   * `not-applied`: the command certainly did not run, and a retry may succeed, later or on another node. `refused`: a
   * retry would fail as well, or the command may have run in part.
   */
  readonly outcome: 'not-applied' | 'refused';
  /**
   * How the reply counts in the circuit for reads or for writes, depending on the command. An error that the caller
   * caused counts as `success`, because it shows that the server works.
   */
  readonly circuit: 'failure' | 'success' | 'ignored';
  /** What the reply applies to: this command, its slot, all writes, this connection, or the whole server. */
  readonly scope: 'command' | 'slot' | 'write-lane' | 'connection' | 'server';
}

/**
 * Classifies an error reply to a command, including EXEC. This function must not be used for an error inside the array
 * that EXEC returns, because the other commands of that transaction have run. Outside this file, core bases decisions
 * only on the first word of an error reply.
 *
 * A script that fails with READONLY, MISCONF or NOREPLICAS has written nothing: the server refuses every write in that
 * state, and the state does not change while a script runs. OOM is different: the server refuses only writes that need
 * memory, so a script that caught the error may have deleted keys afterwards. If the command runs a script (`script`),
 * the outcome for OOM is therefore `refused`.
 *
 * @example classifyReply("READONLY You can't write against a read only replica.").outcome; // 'not-applied'
 */
export function classifyReply(message: string, script = false): ReplyVerdict {
  const code = codeOfReply(message);
  if (code === 'ERR') return classifyGeneric(message);
  if (code === 'EXECABORT') return classifyAbort(message);
  if (code === 'OOM' && (script || isRaisedInScript(message)) && !isRefusedBeforeStart(message))
    return oomInScript;
  const special = specialTexts.find(({ code: of, text }) => of === code && text.test(message));
  return special?.verdict ?? verdicts.get(code) ?? success(code);
}

/** Returns the first word of an error reply, such as `WRONGTYPE`, or `ERR` if it does not begin with a code. */
export function codeOfReply(message: string): string {
  return /^-?([A-Z][A-Z0-9_]*)(?=\s|$)/.exec(message)?.[1] ?? 'ERR';
}

/** Why a node of a Cluster did not run a command, according to the first word of its error reply. */
export type Redirection = 'moved' | 'ask' | 'try-again' | 'down';

const redirections: Readonly<Partial<Record<string, Redirection>>> = {
  MOVED: 'moved',
  ASK: 'ask',
  TRYAGAIN: 'try-again',
  CLUSTERDOWN: 'down',
};

/**
 * Returns the {@link Redirection} that an error reply stands for; undefined if the reply is not a redirection. A
 * redirected command did not run.
 */
export function redirectionOf(message: string): Redirection | undefined {
  return redirections[codeOfReply(message)];
}

/** Returns the slot that an error reply names; undefined if it names none, as is the case for TRYAGAIN. */
export function slotOfRedirection(message: string): number | undefined {
  const slot = /^(?:MOVED|ASK) (\d+) /.exec(message)?.[1];
  return slot === undefined ? undefined : Number(slot);
}

/**
 * Returns whether AUTH failed only because the server requires no password, so that the connection works without AUTH.
 */
export function isNeedlessPassword(message: string): boolean {
  return /without any password configured|no password is set/i.test(message);
}

type Rest = Omit<ReplyVerdict, 'code'>;

function verdict(code: string, rest: Rest): ReplyVerdict {
  return Object.freeze({ ...rest, code });
}

function success(code: string): ReplyVerdict {
  return verdict(code, { cause: undefined, outcome: 'refused', circuit: 'success', scope: 'command' });
}

function away(cause: CauseCode, scope: ReplyVerdict['scope']): Rest {
  return { cause, outcome: 'not-applied', circuit: 'failure', scope };
}

const elsewhere: Rest = { cause: undefined, outcome: 'not-applied', circuit: 'ignored', scope: 'command' };

const verdicts: ReadonlyMap<string, ReplyVerdict> = new Map(
  Object.entries<Rest>({
    LOADING: away('loading', 'server'),
    BUSY: away('busy', 'server'),
    MASTERDOWN: away('replica-stale', 'server'),
    CLUSTERDOWN: away('cluster-down', 'server'),
    TRYAGAIN: away('cluster-down', 'command'),
    READONLY: away('read-only', 'write-lane'),
    OOM: away('out-of-memory', 'write-lane'),
    MISCONF: away('persistence', 'write-lane'),
    NOREPLICAS: away('too-few-replicas', 'write-lane'),
    NOAUTH: away('auth', 'connection'),
    DENIED: away('auth', 'connection'),
    WRONGPASS: { cause: 'auth', outcome: 'refused', circuit: 'success', scope: 'connection' },
    // The cause `auth` is meant for NOPERM as the reply to a command that this library sends for itself, such as in the
    // handshake. As the reply to a caller's command, NOPERM is the caller's own mistake.
    NOPERM: { cause: 'auth', outcome: 'refused', circuit: 'success', scope: 'command' },
    MOVED: elsewhere,
    ASK: elsewhere,
    REDIRECT: elsewhere,
  }).map(([code, rest]) => [code, verdict(code, rest)]),
);

const oomInScript = verdict('OOM', { ...away('out-of-memory', 'write-lane'), outcome: 'refused' });

const specialTexts: readonly { code: string; text: RegExp; verdict: ReplyVerdict }[] = [
  {
    // CLUSTERDOWN with this text means that only the requested slot has no owner; the server serves the other slots.
    code: 'CLUSTERDOWN',
    text: /Hash slot not served/,
    verdict: verdict('CLUSTERDOWN', away('cluster-down', 'slot')),
  },
  {
    code: 'UNBLOCKED',
    text: /instance state changed/,
    verdict: verdict('UNBLOCKED', away('read-only', 'write-lane')),
  },
  {
    code: 'CLUSTERDOWN',
    text: /only accepts read commands/,
    verdict: verdict('CLUSTERDOWN', away('cluster-down', 'write-lane')),
  },
];

const genericTexts: readonly { text: RegExp; verdict: ReplyVerdict }[] = [
  { text: /max number of clients/i, verdict: verdict('ERR', away('max-clients', 'connection')) },
  // The first text in the pattern is what Redis 5 and older send instead of WRONGPASS; the second and the third text
  // mean that a password was sent to a server that requires none.
  {
    text: /^-?ERR invalid password|^-?ERR Client sent AUTH, but no password|^-?ERR AUTH <password> called without/,
    verdict: verdict('ERR', { cause: 'auth', outcome: 'refused', circuit: 'success', scope: 'connection' }),
  },
  {
    text: /^-?ERR Script attempted to execute a write command while the cluster is down/,
    verdict: verdict('ERR', { ...away('cluster-down', 'write-lane'), outcome: 'refused' }),
  },
  {
    text: /^-?ERR Script attempted to execute a command while the cluster is down/,
    verdict: verdict('ERR', { ...away('cluster-down', 'server'), outcome: 'refused' }),
  },
];

const plainError = success('ERR');

function classifyGeneric(message: string): ReplyVerdict {
  const inner = /^-?ERR Error running script .*?: -([A-Z]+ .*)/s.exec(message)?.[1];
  if (inner !== undefined) return classifyReply(inner, true);
  return genericTexts.find(({ text }) => text.test(message))?.verdict ?? plainError;
}

// EXECABORT means that no part of the transaction ran. If the server refused EXEC itself, the reply to EXEC contains
// the reason. If the server refused commands when they were queued, the replies to these commands contain the reason.
function classifyAbort(message: string): ReplyVerdict {
  const reason = /because of: (.*)/s.exec(message)?.[1];
  if (reason !== undefined) return verdict('EXECABORT', classifyReply(reason));
  return verdict('EXECABORT', { cause: undefined, outcome: 'refused', circuit: 'ignored', scope: 'command' });
}

// From version 7, Redis appends to the error the line of the script that raised it.
function isRaisedInScript(message: string): boolean {
  return / script: \S+, on @\S+\.$/.test(message);
}

function isRefusedBeforeStart(message: string): boolean {
  return message.includes('allow-oom flag is not set on the script');
}
