import { createHash } from 'node:crypto';
import { traitsOf } from '../../catalogue/command-traits.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';

/** A cursor of a scan: which server process returned it, and how many callers may be about to continue from it. */
interface Position {
  /** The server process that last returned the cursor. */
  server: string;
  /** Number of callers that got the cursor from `server` and have not used it yet. */
  holders: number;
  /** Number of callers that got the cursor from an earlier process and have not used it yet. */
  staleHolders: number;
}

type ScanCommand = Pick<DriverCommand, 'name' | 'args'>;

/** Maximum number of cursors that are remembered; the ones returned longest ago are forgotten first. */
const maxPositions = 1000;
/**
 * Maximum number of callers that are counted for one cursor. A caller that never continues its scan is counted forever:
 * without a maximum, each such caller would make a later scan restart.
 */
const maxHolders = 4;
/** Keys longer than this are remembered by their hash, because callers may pass keys of any length. */
const maxKeyLength = 64;
/** A cursor of Redis is an unsigned number of 64 bits. */
const cursorPattern = /^\d{1,20}$/;

/**
 * Records which server process returned each cursor of SCAN, HSCAN, SSCAN and ZSCAN. Each process hashes keys with its
 * own seed, so a cursor from another process would silently skip elements.
 */
export class ScanGuard {
  readonly #positions = new Map<string, Position>();

  /**
   * Returns whether the cursor of this command was returned by a process other than `server`, and counts this command
   * as one use of the cursor.
   */
  isStale(command: ScanCommand, server: string): boolean {
    const at = positionOf(command, cursorOf(command));
    const position = this.#positions.get(at);
    if (position === undefined) return false;
    switchTo(position, server);
    if (position.staleHolders === 0) return false;
    position.staleHolders--;
    if (position.holders + position.staleHolders === 0) this.#positions.delete(at);
    return true;
  }

  /** Call when the process `server` has replied to this command: records the cursor with which the scan continues. */
  answered(command: ScanCommand, reply: unknown, server: string): void {
    const cursor = nextCursorOf(reply);
    // In a transaction, the server replies only that it has queued the command.
    if (cursor === undefined) return;
    const used = positionOf(command, cursorOf(command));
    const position = this.#positions.get(used);
    if (position !== undefined && position.server === server) {
      position.holders = Math.max(0, position.holders - 1);
      if (position.holders + position.staleHolders === 0) this.#positions.delete(used);
    }
    if (cursor !== '0') this.#give(positionOf(command, cursor), server);
  }

  #give(at: string, server: string): void {
    const position = this.#positions.get(at) ?? { server, holders: 0, staleHolders: 0 };
    switchTo(position, server);
    position.holders = Math.min(maxHolders, position.holders + 1);
    this.#positions.delete(at);
    this.#positions.set(at, position);
    if (this.#positions.size <= maxPositions) return;
    const [oldest] = this.#positions.keys();
    this.#positions.delete(oldest as string);
  }
}

/**
 * Makes the command restart its scan, at cursor 0. Callers must expect to get some elements again, because Redis itself
 * may return an element several times in one scan.
 */
export function beginScanAgain(command: ScanCommand): void {
  command.args[cursorIndexOf(command)] = '0';
}

function switchTo(position: Position, server: string): void {
  if (position.server === server) return;
  position.staleHolders = Math.min(maxHolders, position.staleHolders + position.holders);
  position.holders = 0;
  position.server = server;
}

function cursorIndexOf({ name }: ScanCommand): number {
  return traitsOf(name).name === 'scan' ? 0 : 1;
}

function cursorOf(command: ScanCommand): string {
  return String(command.args[cursorIndexOf(command)]);
}

function positionOf({ name, args }: ScanCommand, cursor: string): string {
  const scan = traitsOf(name).name;
  return scan === 'scan' ? `scan ${cursor}` : `${scan} ${cursor} ${briefly(String(args[0]))}`;
}

function briefly(key: string): string {
  return key.length <= maxKeyLength ? key : createHash('sha256').update(key).digest('base64');
}

/** Reads the next cursor from a parsed reply or from its bytes; undefined if the server returned something else. */
function nextCursorOf(reply: unknown): string | undefined {
  if (Array.isArray(reply)) {
    const [first] = reply as readonly unknown[];
    const isText = typeof first === 'string' || typeof first === 'number' || Buffer.isBuffer(first);
    const cursor = isText ? first.toString() : '';
    return cursorPattern.test(cursor) ? cursor : undefined;
  }
  if (!Buffer.isBuffer(reply)) return undefined;
  return /^\*2\r\n\$\d+\r\n(\d{1,20})\r\n/.exec(reply.toString('latin1', 0, 64))?.[1];
}
