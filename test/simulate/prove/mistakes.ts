/** One change to the source of core. */
export interface Edit {
  /** Under packages/core/src. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A mistake in the source of core, and the kinds of findings that may reveal it. */
export interface Mistake {
  readonly name: string;
  readonly says: string;
  readonly edits: readonly Edit[];
}

/**
 * Each mistake is an edit of the source that happens during the build, so the published packages contain nothing of it.
 */
export const mistakes: readonly Mistake[] = [
  {
    name: 'settle-twice',
    says: 'a call that was given up is settled again by its late answer',
    edits: [
      {
        file: 'command/gate.ts',
        find: '    if (call.settled) return this.state.guards.locks.answeredLate(call, value, this.inFlight);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'retry-after-unknown',
    says: 'every call is sent again when its connection broke',
    edits: [
      {
        file: 'command/decide.ts',
        find: '(call.sends > maxRetries || !isRepeatable(call, categories))',
        replace: 'call.sends > maxRetries',
      },
    ],
  },
  {
    name: 'unknown-as-not-applied',
    says: 'a call that was written is said not to have run',
    edits: [
      {
        file: 'command/decide.ts',
        find: 'return written?.isWritten === true;',
        replace: 'return written?.isWritten === undefined;',
      },
    ],
  },
  {
    name: 'no-deadline-in-the-queue',
    says: 'a call that waits for the connection has no deadline',
    edits: [
      {
        file: 'command/pending/waiting-queue.ts',
        find: '.push(call);\n    this.#due.add(call, expiresAt);',
        replace: '.push(call);\n    this.#due.add(call, expiresAt + 60_000);',
      },
    ],
  },
  {
    name: 'resubscribe-twice',
    says: 'subscriptions are restored two times on one connection',
    edits: [
      {
        file: 'connection/subscriptions.ts',
        find: 'else calls.push(this.#subscribe(kind, channels));',
        replace: 'else calls.push(this.#subscribe(kind, channels), this.#subscribe(kind, channels));',
      },
    ],
  },
  {
    name: 'hold-writes-for-ever',
    says: 'writes that waited for a primary are held when it is back',
    edits: [
      {
        file: 'resilience/protected-redis.ts',
        find: 'this.gate.holdWrites(isHeld ? this.settings.clock.now() : undefined);',
        replace: 'if (isHeld) this.gate.holdWrites(this.#parts.settings.clock.now());',
      },
    ],
  },
  {
    name: 'slow-is-dead',
    says: 'a server that does not answer in time is taken for one that is gone',
    edits: [
      {
        file: 'stall/stall-inquiry.ts',
        find: "this.#findAway('stalled', true);",
        replace: "this.#tell({ kind: 'gone', cause: 'stalled' });",
      },
    ],
  },
  {
    name: 'no-generation-check',
    says: 'the results count of a restoration of subscriptions that a lost connection had ended',
    edits: [
      {
        file: 'connection/subscriptions.ts',
        find: 'if (this.#restoration === restoration) this.#onResults(results, wanted);',
        replace: 'this.#onResults(results, wanted);',
      },
    ],
  },
  {
    name: 'leak-the-hedge',
    says: 'a connection that was tried beside another one is never closed',
    edits: [
      {
        file: 'handshake/hedging/hedged-establish.ts',
        find: "      for (const hedge of hedges) hedge.abort(new Error('Another connection answered.'));\n",
        replace: '',
      },
      {
        file: 'handshake/hedging/hedge-turns.ts',
        find: '  for (const oldest of all.slice(0, -most)) oldest.abort(noAnswer);\n',
        replace: '',
      },
      {
        file: 'handshake/hedging/hedged-establish.ts',
        find: '        verified.socket.destroy();\n        return;',
        replace: '        return;',
      },
    ],
  },
  {
    name: 'count-a-trial-twice',
    says: 'a trial takes two places of a half-open circuit, and gives back one',
    edits: [
      { file: 'circuit/circuit-transition.ts', find: 'out: state.out + 1,', replace: 'out: state.out + 2,' },
    ],
  },
  {
    name: 'answers-in-the-wrong-order',
    says: 'commands of one turn are written the last one first',
    edits: [
      {
        file: 'socket/coalesced-writes.ts',
        find: 'this.#text += chunk;',
        replace: 'this.#text = chunk + this.#text;',
      },
    ],
  },
  {
    name: 'ids-cross-databases',
    says: 'an id of applyOnce that may have reached one database is asked in another one',
    edits: [
      {
        file: 'verbs/apply-once.ts',
        find: 'if (home !== undefined && home !== database) throw elsewhere(resilience.name);',
        replace: "if (home === 'never') throw elsewhere(resilience.name);",
      },
    ],
  },
  {
    name: 'deaf-to-promotions',
    says: 'the primary that sentinels chose is not followed, and its address is kept for ever',
    edits: [
      {
        file: 'sentinel/sentinel-resolver.ts',
        find: 'promotion !== undefined && promotion !== this.#followed',
        replace: 'promotion !== undefined',
      },
      {
        file: 'sentinel/promotions.ts',
        find: 'this.#latest !== undefined && now < this.#latest.until',
        replace: 'this.#latest !== undefined',
      },
    ],
  },
  {
    name: 'dead-but-still-sending',
    says: 'a dead connection is closed, and its kernel goes on sending what was sent again on another one',
    edits: [
      {
        file: 'socket/parting.ts',
        find: 'if (driver.unansweredCount() > 0) resetSocket(socket);\n  else socket.destroy();',
        replace: 'socket.destroy();',
      },
    ],
  },
  {
    name: 'timer-after-close',
    says: 'a timer runs on after close()',
    edits: [{ file: 'resilience/engine.ts', find: 'unwatchThaws(this.clock, this.#onThaw);', replace: '' }],
  },
];

export const mistakeNames: readonly string[] = mistakes.map(({ name }) => name);
