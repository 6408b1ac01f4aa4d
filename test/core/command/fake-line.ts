import type { Line } from '../../../packages/core/src/command/line.ts';
import type { CauseCode } from '../../../packages/core/src/cause.ts';
import type { ReplyVerdict } from '../../../packages/core/src/replies/reply-error.ts';
import type { ConnectionState } from '../../../packages/core/src/snapshot.ts';

/** A connection whose state the test determines, and which records what it is told. */
export class FakeLine implements Line {
  state: ConnectionState = 'ready';
  database: string | undefined;
  cause: CauseCode | undefined;
  isServerSilent = false;
  writesHeldBy: CauseCode | undefined;
  readAt: number | undefined;
  writtenAt: number | undefined;
  nextAttempt: number | undefined;
  readonly judged: ReplyVerdict[] = [];

  nextAttemptMs(): number | undefined {
    return this.nextAttempt;
  }

  judge(verdict: ReplyVerdict): void {
    this.judged.push(verdict);
  }
}
