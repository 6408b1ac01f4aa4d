import { Laboratory, type Scene, type Verdict } from './laboratory.ts';

const atOnce = 3;

/** Runs several groups of conditions at the same time, and resolves with all verdicts in the order of the groups. */
export async function runScenes(scenes: ReadonlyMap<string, Scene>): Promise<readonly Verdict[]> {
  const waiting = [...scenes].map(([topic, scene]) => ({ scene, topic, laboratory: new Laboratory(topic) }));
  const queue = [...waiting];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        await next.scene(next.laboratory);
      } catch (error) {
        throw new Error(`The scene ${next.topic} could not be set up`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return waiting.flatMap(({ laboratory }) => laboratory.verdicts);
}
