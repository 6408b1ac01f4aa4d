import { blockingTimeoutMs } from '../../catalogue/blocking-timeout.ts';
import { traitsOf } from '../../catalogue/command-traits.ts';
import type { SentBefore } from '../../driver/sent-before.ts';
import type { Flush } from '../../event-loop/flush.ts';
import { waitsUntilDone } from '../../catalogue/lasting-command.ts';
import { Batch } from '../batch/batch.ts';
import { Call, onSlowPath, track, type CallOwner, type SlowCall } from '../call.ts';
import type { Gate } from '../gate.ts';
import { argumentBytes } from '../slow-path.ts';
import { runSoon } from '../../event-loop/soon.ts';

type Sent = SentBefore['commands'][number];

/** What `adoptCalls` needs besides the commands. */
export interface AdoptionParts {
  readonly gate: Gate;
  readonly owner: CallOwner;
  readonly settings: { readonly timeoutMs: number };
  /** One flush in place of all the writes in which the commands were sent; deadlines are counted from `flush.at`. */
  readonly flush: Flush;
}

/**
 * Makes the gate responsible for the commands that the client sent before it was protected. Otherwise, these commands
 * would fail as soon as their connection breaks, because a protected client no longer resends commands by itself.
 */
export function adoptCalls({ commands, isLost }: SentBefore, parts: AdoptionParts): void {
  const { gate, flush } = parts;
  flush.isWritten = true;
  const calls = unitsOf(commands).map((unit) => callOf(unit, parts));
  const { transactions } = gate.state.guards;
  for (const call of calls) {
    transactions.check(call);
    gate.start(call, flush);
  }
  gate.state.refresh();
  if (!isLost) return;
  transactions.connectionLost();
  // Failures are reported in a microtask, because the objects that receive them are created later in this turn.
  runSoon(() => {
    for (const call of calls) gate.settle(call, { kind: 'lost', error: new Error('Connection is closed.') });
  });
}

/**
 * Groups the commands into single commands and whole pipelines. Leaves out the remaining commands of a pipeline whose
 * first replies have arrived, because a pipeline that is half done must not be sent again. If the connection is lost,
 * ioredis rejects these commands.
 */
function unitsOf(commands: readonly Sent[]): Sent[][] {
  const units: Sent[][] = [];
  for (const sent of commands) {
    const { pipelineIndex } = sent.command;
    const last = units.at(-1);
    if (pipelineIndex === undefined || pipelineIndex === 0) units.push([sent]);
    else if (last?.length === pipelineIndex && last[0]?.stream === sent.stream) last.push(sent);
  }
  return units;
}

function callOf(unit: Sent[], { owner, settings: { timeoutMs }, flush }: AdoptionParts): SlowCall {
  const [{ command, stream }] = unit as [Sent];
  const call = onSlowPath(new Call(owner, command, traitsOf(command.name)), {
    issuedAt: flush.at,
    allowedMs:
      stream === undefined && waitsUntilDone(command.name, command, 'connecting') ? Infinity : timeoutMs,
    stream,
  });
  if (command.pipelineIndex !== undefined) {
    call.batch = new Batch();
    call.batch.isComplete = true;
  }
  for (const { command: each } of unit) {
    const traits = traitsOf(each.name);
    call.batch?.add(each, traits);
    track(each, call);
    call.slow.bytes += argumentBytes(each.args);
    const blockingMs = blockingTimeoutMs(traits, each.args);
    if (blockingMs !== undefined && call.batch?.isTransaction !== true) call.slow.allowBlocking(blockingMs);
  }
  return call;
}
