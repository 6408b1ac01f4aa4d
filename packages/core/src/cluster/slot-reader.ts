import type { CauseCode } from '../cause.ts';
import { ownCredentials, ownEndpoint } from '../connection/target-of.ts';
import type { ClusterDriver, NodeDriver, NodeOptions, SlotRange } from '../driver/cluster-driver.ts';
import { afterRunning } from '../event-loop/after-running.ts';
import { establish, EstablishError, type Target } from '../handshake/establish.ts';
import { isReplyError } from '../replies/connection-error.ts';
import { classifyReply } from '../replies/reply-error.ts';
import type { ClusterNodeParts } from './nodes/cluster-node.ts';
import type { WatchedNodes } from './nodes/watched-nodes.ts';
import { askForSlots } from './slots/ask-for-slots.ts';
import type { FailoverSigns } from './slots/failover-signs.ts';
import { firstAnswer, type Ask } from './slots/first-answer.ts';

/** Milliseconds after which reading the slots is reported as slow. */
const slowMs = 500;

/** The slots have been requested, but no node has replied for `slowMs`. */
export interface ReadingNews {
  readonly kind: 'reading-is-slow';
}

type AskSlots = Ask<readonly SlotRange[]>;

/**
 * Reads which node owns which slots: asks first the nodes whose connections work, then the other nodes, then the
 * startup nodes, whose host names are resolved again. The reply of the first node that replies is used.
 */
export class SlotReader {
  readonly #cluster: ClusterDriver;
  readonly #parts: ClusterNodeParts;
  readonly #nodes: Pick<WatchedNodes, 'of'>;
  readonly #signs: FailoverSigns;
  readonly #tell: (news: ReadingNews) => void;
  /** Nodes whose last reply still listed a lost node as the owner of slots. */
  readonly #outdated = new WeakSet<NodeDriver>();
  #answeredBy: NodeDriver | undefined;
  #running = new AbortController();
  #preferred: string | undefined;
  #failure: CauseCode | undefined;
  #ranges: readonly SlotRange[] = [];

  /** `signs` tells which nodes know of the latest failover. */
  constructor(
    cluster: ClusterDriver,
    parts: ClusterNodeParts,
    nodes: Pick<WatchedNodes, 'of'>,
    signs: FailoverSigns,
    tell: (news: ReadingNews) => void,
  ) {
    this.#cluster = cluster;
    this.#parts = parts;
    this.#nodes = nodes;
    this.#signs = signs;
    this.#tell = tell;
  }

  /** Why the last attempt to read the slots failed; undefined if it succeeded. */
  get failure(): CauseCode | undefined {
    return this.#failure;
  }

  /** Whether a node serves the slot, according to the slots read last. */
  covers(slot: number): boolean {
    return this.#ranges.some(({ first, last, nodes }) => first <= slot && slot <= last && nodes.length > 0);
  }

  /**
   * Call when the node at this address has newer information than the others: it is asked first the next time that the
   * slots are read.
   */
  prefer(address: string): void {
    this.#preferred = address;
  }

  /**
   * Call when the slots have been read. `isComplete` means that no owner of a slot is lost. A node that still lists a
   * lost owner, as it may while a replica takes over, is asked after other nodes the next time.
   */
  judge(isComplete: boolean): void {
    if (this.#answeredBy === undefined) return;
    if (isComplete) this.#outdated.delete(this.#answeredBy);
    else this.#outdated.add(this.#answeredBy);
  }

  async read(): Promise<readonly SlotRange[]> {
    const { clock, connection } = this.#parts.settings;
    const deadline = new AbortController();
    const stop = (): void => deadline.abort(new Error('The reading was stopped.'));
    const { signal } = this.#running;
    signal.addEventListener('abort', stop, { once: true });
    const late = new EstablishError(
      'handshake-timeout',
      new Error('No node answered in time which node serves which slots.'),
    );
    const timer = clock.setTimeout(() => deadline.abort(late), connection.handshakeTimeoutMs);
    const isSlow = (): void => this.#tell({ kind: 'reading-is-slow' });
    const stopWaiting = afterRunning(clock, slowMs, isSlow, { unref: true });
    timer.unref?.();
    try {
      const ranges = await firstAnswer(
        this.#asks().map(thatKnowsSlots),
        clock,
        connection.minStallMs,
        deadline.signal,
      );
      this.#failure = undefined;
      this.#ranges = ranges;
      return ranges;
    } catch (error) {
      this.#failure = causeOf(error);
      throw error;
    } finally {
      clock.clearTimeout(timer);
      stopWaiting();
      signal.removeEventListener('abort', stop);
    }
  }

  /** Aborts the attempt to read the slots, if one is in progress. */
  stop(): void {
    this.#running.abort();
    this.#running = new AbortController();
  }

  #asks(): readonly AskSlots[] {
    const preferred = this.#preferred;
    this.#preferred = undefined;
    this.#answeredBy = undefined;
    const ahead: AskSlots[] = [];
    const answering: AskSlots[] = [];
    const outdated: AskSlots[] = [];
    const behind: AskSlots[] = [];
    const others: AskSlots[] = [];
    for (const driver of shuffled(this.#cluster.nodes(), this.#parts.settings.random)) {
      const node = this.#nodes.of(driver);
      if (node === undefined) continue;
      const ask: AskSlots = async (signal) => {
        const ranges = await node.slots(signal, this.#cluster.slotsTimeoutMs);
        if (!signal.aborted) this.#answeredBy = driver;
        return ranges;
      };
      const lag = this.#signs.lagOf(driver.address);
      if (!node.answersAtOnce) others.push(ask);
      else if (lag === 'behind') behind.push(ask);
      else if (lag === 'ahead') ahead.push(ask);
      else if (this.#outdated.has(driver)) outdated.push(ask);
      else if (driver.address === preferred) answering.unshift(ask);
      else answering.push(ask);
    }
    const startup: AskSlots[] = this.#cluster.isReady ? [(signal) => this.#askStartupNodes(signal)] : [];
    const atOnce = [...ahead, ...answering, ...outdated, ...behind];
    if (atOnce.length > 0) return [...atOnce, ...others, ...startup];
    return [...others.slice(0, 1), ...startup, ...others.slice(1)];
  }

  async #askStartupNodes(signal: AbortSignal): Promise<readonly SlotRange[]> {
    const { clock, connection } = this.#parts.settings;
    const nodes = await this.#cluster.resolveStartupNodes();
    const asks = nodes.map((options) => thatKnowsSlots((each) => this.#askAt(options, each)));
    return firstAnswer(asks, clock, connection.minStallMs, signal);
  }

  async #askAt(options: NodeOptions, signal: AbortSignal): Promise<readonly SlotRange[]> {
    const target = startupTarget(options, this.#parts);
    const { socket } = await establish(target, this.#parts.settings.clock, signal);
    const { host = 'localhost' } = options as { host?: string };
    return askForSlots(socket, host, signal);
  }
}

/** Returns the target for a connection to a startup node that is made without the driver. */
export function startupTarget(
  options: NodeOptions,
  { credentials, open, settings }: Pick<ClusterNodeParts, 'credentials' | 'open' | 'settings'>,
): Target {
  return {
    endpoint: () => Promise.resolve(ownEndpoint(options)),
    open,
    credentials: credentials.source ?? ownCredentials(options),
    credentialsTimeoutMs: settings.connection.credentialsTimeoutMs,
    keepAliveMs: 0,
    wantsHello: () => false,
    session: () => ({ database: 0, clientName: undefined, readOnly: false }),
    requiresPrimary: false,
  };
}

/**
 * Counts a reply without any slots as a failure, so that another node is asked. A node that was told to forget the
 * cluster (CLUSTER RESET) lists no slots, although other nodes still serve theirs.
 */
function thatKnowsSlots(ask: AskSlots): AskSlots {
  return async (signal) => {
    const ranges = await ask(signal);
    if (ranges.length === 0) throw new EstablishError('cluster-down', undefined);
    return ranges;
  };
}

/**
 * Returns the cause of a failure. An error reply may have its own cause, such as `auth` if the user lacks permission
 * for CLUSTER SLOTS; any other error reply comes from a server that is not part of a Cluster.
 */
function causeOf(error: unknown): CauseCode {
  if (error instanceof EstablishError) return error.reason;
  const isReply = error instanceof Error && isReplyError(error);
  return isReply ? (classifyReply(error.message).cause ?? 'cluster-down') : 'connection-reset';
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ item }) => item);
}
