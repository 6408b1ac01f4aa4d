import { h, setAttribute, setText } from './element.ts';
import type { ConnectionPicture } from '../page-state.ts';
import { bytesWords, circuitStateWords, connectionStateWords, elapsedWords, numberWords } from './words.ts';

export interface Facts {
  readonly node: HTMLElement;
  update(picture: ConnectionPicture): void;
}

interface Fact {
  readonly term: string;
  read(picture: ConnectionPicture): string;
  /** Whether the fact is shown. Default: always. */
  isShown?(picture: ConnectionPicture): boolean;
  /** Whether the value is as it should be; otherwise, it is highlighted. */
  isWell(picture: ConnectionPicture): boolean;
}

const facts: readonly Fact[] = [
  { term: 'Reads', read: ({ reads }) => (reads ? 'work' : 'do not work'), isWell: ({ reads }) => reads },
  { term: 'Writes', read: ({ writes }) => (writes ? 'work' : 'do not work'), isWell: ({ writes }) => writes },
  {
    term: 'Connection',
    read: ({ connection }) => connectionStateWords(connection),
    isWell: ({ connection }) => connection === 'ready',
  },
  {
    term: 'Server',
    read: ({ server }) => serverWords(server),
    isShown: ({ server }) => server.version !== null || server.role !== null,
    isWell: () => true,
  },
  {
    term: 'Circuit for reads',
    read: ({ circuit }) => circuitStateWords(circuit.read),
    isShown: ({ circuit }) => circuit.read !== 'closed',
    isWell: ({ circuit }) => circuit.read === 'closed',
  },
  {
    term: 'Circuit for writes',
    read: ({ circuit }) => circuitStateWords(circuit.write),
    isShown: ({ circuit }) => circuit.write !== 'closed',
    isWell: ({ circuit }) => circuit.write === 'closed',
  },
  { term: 'Waiting for a reply', read: ({ inFlight }) => numberWords(inFlight), isWell: () => true },
  {
    term: 'Waiting for Redis',
    read: ({ waiting, waitingBytes }) =>
      waiting === 0 ? 'none' : `${numberWords(waiting)} (${bytesWords(waitingBytes)})`,
    isWell: ({ waiting }) => waiting === 0,
  },
  {
    term: 'Connections ready',
    read: ({ readyConnections, connections }) => `${readyConnections} of ${connections}`,
    isWell: ({ readyConnections, connections }) => readyConnections === connections,
  },
  {
    term: 'Leased connections',
    read: ({ pool }) => poolWords(pool),
    isWell: ({ pool: { waiting } }) => waiting === 0,
  },
];

/** Creates the list of facts about a connection, such as whether reads work, and how many commands wait. */
export function createFacts(): Facts {
  const values = facts.map(() => h('dd'));
  const pairs = facts.map(({ term }, index) => h('div', {}, h('dt', {}, term), values[index] as HTMLElement));
  return {
    node: h('dl', { class: 'facts' }, ...pairs),
    update(picture) {
      for (const [index, fact] of facts.entries()) {
        const value = values[index] as HTMLElement;
        (pairs[index] as HTMLElement).hidden = fact.isShown?.(picture) === false;
        setText(value, fact.read(picture));
        setAttribute(value, 'class', fact.isWell(picture) ? 'well' : 'unwell');
      }
    },
  };
}

function serverWords({ version, role }: ConnectionPicture['server']): string {
  return [version, role].filter((fact) => fact !== null).join(', ');
}

function poolWords({ max, active, waiting, oldestLeaseMs }: ConnectionPicture['pool']): string {
  const oldest = oldestLeaseMs === null ? '' : `, the oldest for ${elapsedWords(oldestLeaseMs)}`;
  return `${active} of ${max}${oldest}${waiting === 0 ? '' : `; ${numberWords(waiting)} callers wait`}`;
}
