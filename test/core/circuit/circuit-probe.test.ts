import { createRandom, ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { Circuit } from '../../../packages/core/src/circuit/circuit.ts';
import { CircuitProbe } from '../../../packages/core/src/circuit/circuit-probe.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import type { Lane } from '../../../packages/core/src/snapshot.ts';

function start() {
  const clock = new ManualClock();
  const server = { answer: async (): Promise<unknown> => 'PONG' };
  const asked: string[] = [];
  const circuitOf = (lane: Lane): Circuit =>
    new Circuit(resolveSettings({}).circuit, {
      clock,
      random: createRandom(1),
      deadlineMs: 1_000,
      onChange: () => probes[lane].follow(),
    });
  const circuits = { read: circuitOf('read'), write: circuitOf('write') };
  const options = {
    clock,
    ask: (command: string) => {
      asked.push(command);
      return server.answer();
    },
  };
  const probes: Readonly<Record<Lane, CircuitProbe>> = {
    read: new CircuitProbe(circuits.read, options),
    write: new CircuitProbe(circuits.write, options),
  };
  return { clock, circuits, server, asked, probes };
}

describe('the probe of a circuit, without any traffic', () => {
  it('closes the circuit of a server that is fast again', async () => {
    const { clock, circuits, asked } = start();
    circuits.read.trip('slow', clock.now());
    await clock.travelAsync(1_000);
    expect(circuits.read.state).toBe('closed');
    expect(new Set(asked)).toEqual(new Set(['ping']));
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps asking a server that does not answer, and closes when it does', async () => {
    const { clock, circuits, server } = start();
    server.answer = async () => {
      throw new Error('Connection is closed.');
    };
    circuits.read.trip('error-rate', clock.now());
    await clock.travelAsync(20_000);
    expect(circuits.read.state).not.toBe('closed');
    server.answer = async () => 'PONG';
    await clock.travelAsync(5_000);
    expect(circuits.read.state).toBe('closed');
  });

  it('closes a circuit on trial as soon as writes are taken again', async () => {
    const { clock, circuits, server, asked } = start();
    server.answer = async () => {
      throw Object.assign(new Error('NOREPLICAS Not enough good replicas to write.'), { name: 'ReplyError' });
    };
    circuits.write.trip('too-few-replicas', clock.now());
    circuits.write.enterHalfOpen(clock.now());
    await clock.travelAsync(400);
    expect(circuits.write.state).toBe('half-open');
    server.answer = async () => 0;
    await clock.travelAsync(1_000);
    expect(circuits.write.state).toBe('closed');
    expect(new Set(asked)).toEqual(new Set(['lpushx']));
  });

  it('asks nothing for a circuit that is isolated, and nothing after its end', async () => {
    const { clock, circuits, asked, probes } = start();
    const putBack = circuits.read.isolate();
    await clock.travelAsync(2_000);
    putBack();
    circuits.write.trip('slow', clock.now());
    probes.write.stop();
    await clock.travelAsync(2_000);
    expect(asked).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
