import Bull from 'bull';
import { bullClients } from '@redis-resilience/fallback/queues';
import type { Subject } from '../subject.js';

/** Bull 4: adds jobs, and processes them. */
export const work: Subject = (stage) => {
  const queue = new Bull<{ i: number }>('work', optionsOf(stage));
  queue.on('error', () => undefined);
  void queue.process(4, async ({ data }) => stage.done(data.i));
  return {
    call: async (i) => {
      await queue.add({ i }, { jobId: `j${i}` });
      return 'accepted';
    },
    close: () => queue.close(),
  };
};

function optionsOf({ way, host, port, client, resilience }: Parameters<Subject>[0]): Bull.QueueOptions {
  const settings = { stalledInterval: 2000, lockDuration: 2000 };
  if (way === 'plain') return { redis: { host, port }, settings };
  if (way === 'helper') return { settings, ...bullClients(resilience) };
  return {
    settings,
    createClient: (type) => (type === 'client' ? client : client.duplicate()) as never,
  };
}
