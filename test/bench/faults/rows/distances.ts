import { startProxy, startRedis } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { medianOf, percentileOf } from '../../report/statistics.js';
import { CallLoop, durationOf } from '../call-loop.js';
import type { Peer } from '../peers/peer.js';
import type { Row } from '../row.js';
import { about } from '../stage.js';
import { startCountingRelay } from './counting-relay.js';
import { untilServed } from './setting.js';

const consumers = 20;
const tripMs = 40;
const resetCount = 5;

/** Rows of the fault table about a distant server, and about consumers whose connection goes dead without an error. */
export const distances: readonly Row[] = [
  distanceRow(120, 0),
  distanceRow(200, 100),
  distanceRow(400, 100),
  {
    name: 'reset-distant',
    title: `Reset ${resetCount} times, the server is ${tripMs} ms away`,
    what: 'The connection is reset, and new ones work immediately. One GET, which is repeated 5 ms after each failure. Round trips are counted on the wire.',
    weight: 1,
    timeoutMs: 40_000,
    async run(stage) {
      await using server = await startRedis();
      await using proxy = await startProxy({ target: server });
      proxy.latency(tripMs / 2);
      using relay = await startCountingRelay(proxy);
      const peer = stage.connect({ kind: 'single', host: relay.host, port: relay.port });
      await untilServed(peer);
      const trips: number[] = [];
      const times: number[] = [];
      for (let reset = 0; reset < resetCount; reset++) {
        await delay(about(stage, 300));
        const resetAt = performance.now();
        relay.reset();
        // The client notices the loss before this function asks for the first answer.
        await delay(5);
        await untilServed(peer, { pauseMs: 5 });
        trips.push(relay.roundTrips);
        times.push(performance.now() - resetAt);
      }
      return { figures: { recoveredMs: medianOf(times), roundTrips: medianOf(trips) } };
    },
  },
  {
    name: 'dead-consumer',
    title: 'Queue consumers wait forever, and their connections die silently',
    what: `${consumers} clients each wait with BLPOP, and call BLPOP again when it fails. Half a second after the sockets of these clients have died, an element is pushed to each queue, which the server sends on the dead socket; after 8 s, another one is pushed. Lost: a first element whose client got no error, or a second element that no client got within 4 s.`,
    weight: 1,
    timeoutMs: 60_000,
    maxRepetitions: 2,
    isLong: true,
    async run(stage) {
      await using server = await startRedis();
      await using proxy = await startProxy({ target: server });
      const { host, port } = proxy;
      const peers = Array.from({ length: consumers }, () => stage.connect({ kind: 'single', host, port }));
      for (const peer of peers) await untilServed(peer);
      const taken = new Set<string>();
      const told = new Set<number>();
      let isOver = false;
      const consume = async (peer: Peer, index: number): Promise<void> => {
        while (!isOver) {
          try {
            taken.add(String(await peer.call('blpop', `queue:${index}`, '0')));
          } catch {
            told.add(index);
            await delay(20);
          }
        }
      };
      for (const [index, peer] of peers.entries()) void consume(peer, index);
      await delay(about(stage, 500));
      proxy.blackhole();
      await delay(500);
      const push = async (element: string): Promise<void> => {
        for (const index of peers.keys()) await server.command('RPUSH', `queue:${index}`, element);
      };
      await push('early');
      await delay(7_500);
      await push('late');
      await delay(4_000);
      isOver = true;
      const isLost = (index: number, element: string): boolean =>
        !taken.has(`queue:${index},${element}`) && !(element === 'early' && told.has(index));
      const indexes = [...peers.keys()];
      const lost = indexes.flatMap((index) => ['early', 'late'].filter((element) => isLost(index, element)));
      return { figures: { answered: taken.size, failed: told.size, lost: lost.length } };
    },
  },
];

function distanceRow(roundTripMs: number, jitterMs: number): Row {
  return {
    name: `distance-${roundTripMs}`,
    title: `The server is ${roundTripMs} ms away${jitterMs === 0 ? '' : `, with ${jitterMs} ms of jitter`}`,
    what: 'Every packet is delayed, from the first connection on. GET and SET alternately, one every 5 ms for 8 s.',
    weight: 1,
    timeoutMs: 60_000,
    maxRepetitions: 2,
    isLong: true,
    async run(stage) {
      await using server = await startRedis();
      await using proxy = await startProxy({ target: server });
      proxy.latency(roundTripMs / 2, { jitterMs: jitterMs / 2 });
      const peer = stage.connect({ kind: 'single', host: proxy.host, port: proxy.port });
      await untilServed(peer);
      const loop = new CallLoop((index) =>
        index % 2 === 0 ? peer.call('get', 'greeting') : peer.call('set', 'greeting', 'hello'),
      );
      await delay(8_000);
      const calls = await loop.finish();
      const now = performance.now();
      const durations = calls.map((call) => durationOf(call, now));
      const failed = calls.filter(({ error }) => error !== undefined).length;
      return {
        figures: {
          answered: calls.length - failed,
          failed,
          awayP50Ms: percentileOf(durations, 0.5),
          awayP99Ms: percentileOf(durations, 0.99),
        },
      };
    },
  };
}
