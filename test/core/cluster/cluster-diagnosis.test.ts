import { describe, expect, it } from 'vitest';
import type { CauseCode } from '../../../packages/core/src/cause.ts';
import { ClusterDiagnosis } from '../../../packages/core/src/cluster/cluster-diagnosis.ts';
import { ClusterStage } from '../fakes/cluster-stage.ts';

function diagnosed(): { stage: ClusterStage; diagnosis: ClusterDiagnosis; causes: CauseCode[] } {
  const stage = new ClusterStage();
  const causes: CauseCode[] = [];
  const parts = {
    credentials: { source: undefined },
    open: stage.network.open,
    settings: stage.settings,
    dialers: stage.dialers,
  };
  const diagnosis = new ClusterDiagnosis(stage.cluster, parts, (cause) => causes.push(cause));
  return { stage, diagnosis, causes };
}

describe('why a cluster cannot be reached', () => {
  it.each([
    ['connection-refused', (stage: ClusterStage): void => stage.server(0).stop()],
    [
      'auth',
      (stage: ClusterStage): void => {
        stage.server(0).password = 'secret';
      },
    ],
    [
      'loading',
      (stage: ClusterStage): void => {
        stage.server(0).mood = 'loading';
      },
    ],
  ] as const)('is found out from one of its nodes: %s', async (cause, spoil) => {
    const { stage, diagnosis, causes } = diagnosed();
    spoil(stage);
    diagnosis.look();
    diagnosis.look();
    await stage.travel(10);
    expect([causes, diagnosis.cause]).toEqual([[cause], cause]);
    expect(stage.network.openedAt).toHaveLength(1);
    expect([stage.clock.pendingTimers, stage.network.links]).toEqual([0, []]);
  });

  it('is asked of another node each time, no more often than once a period', async () => {
    const { stage, diagnosis } = diagnosed();
    for (let looks = 0; looks < 40; looks++) {
      diagnosis.look();
      await stage.travel(10);
    }
    expect(stage.servers.map(({ ran }) => ran.length > 0)).toEqual([true, true, true]);
    expect(stage.network.openedAt).toEqual([1_000, 1_100, 1_200, 1_300]);
  });

  it('is forgotten when a node serves', async () => {
    const { stage, diagnosis, causes } = diagnosed();
    stage.server(0).stop();
    diagnosis.look();
    await stage.travel(110);
    diagnosis.look();
    await stage.travel(10);
    expect([causes, diagnosis.cause]).toEqual([['connection-refused'], undefined]);
  });

  it('is nobody’s question once it is stopped, and after it is closed none at all', async () => {
    const { stage, diagnosis, causes } = diagnosed();
    stage.server(0).freeze();
    diagnosis.look();
    await stage.travel(50);
    diagnosis.stop();
    await stage.travel(5);
    expect([causes, diagnosis.cause, stage.clock.pendingTimers, stage.network.links]).toEqual([
      [],
      undefined,
      0,
      [],
    ]);
    diagnosis.close();
    await stage.travel(1_000);
    diagnosis.look();
    await stage.travel(10);
    expect(stage.network.openedAt).toHaveLength(1);
  });
});
