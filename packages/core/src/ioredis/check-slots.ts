import type { Redis } from 'ioredis';
import { slotCount } from '../keys/key-slot.ts';
import { ProtocolError } from '../replies/protocol-error.ts';
import { internals } from './internals.ts';

/**
 * Refuses an answer to CLUSTER SLOTS that is no list of slots. The cluster client takes it as it comes: a null in it would
 * end the process, and a range of four billion slots would fill its memory.
 */
export function checkSlots(asking: Redis): void {
  const target = internals(asking);
  const send = target.sendCommand.bind(asking);
  target.sendCommand = (command, stream, node) => {
    if (command.name === 'cluster') {
      const { resolve } = command;
      command.resolve = (answer) =>
        isSlots(answer) ? resolve(answer) : command.reject(new ProtocolError('malformed'));
    }
    return send(command, stream, node);
  };
}

function isSlots(answer: unknown): boolean {
  return Array.isArray(answer) && answer.every(isRange);
}

function isRange(entry: unknown): boolean {
  if (!Array.isArray(entry)) return false;
  const [first, last, ...nodes] = entry as readonly unknown[];
  return isSlot(first) && isSlot(last) && first <= last && nodes.every(isNode);
}

function isSlot(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < slotCount;
}

// Texts are still bytes here. A node without a known address has null or an empty text in its place.
function isNode(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const [host, port] = value as readonly unknown[];
  const isHost = host === null || typeof host === 'string' || Buffer.isBuffer(host);
  return isHost && typeof port === 'number' && port >= 0 && port < 65_536;
}
