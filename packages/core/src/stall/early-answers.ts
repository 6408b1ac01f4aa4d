import type { HandshakeQuestions, Proof } from '../handshake/verify-handshake.ts';
import { heldAmong, listCommands } from './held-by-server.ts';
import type { SecondQuestion } from './second-question.ts';

/**
 * If more connections than this are silent, the server is asked about them only after it has answered the handshake.
 */
const mostEarly = 16;

/**
 * Asks which silent connections the server itself keeps waiting. The question is sent together with the handshake of
 * the second connection, because with a distant server, callers could not wait for another round trip.
 */
export class EarlyAnswers {
  #asked: readonly SecondQuestion[] = [];
  #held: readonly boolean[] = [];
  #proof: Proof | undefined;

  /** Returns what to send with the handshake; undefined if there is nothing to ask. */
  questionsAbout(open: ReadonlySet<SecondQuestion>): HandshakeQuestions | undefined {
    if (open.size > mostEarly) return undefined;
    this.#asked = [...open].filter(({ isHeld }) => isHeld === undefined);
    const identities = this.#asked.map(({ about }) => about.identity);
    return {
      commands: listCommands(identities),
      answered: (replies, proof) => {
        this.#held = heldAmong(identities, replies, proof);
        this.#proof = proof;
      },
    };
  }

  /**
   * Records the answers in the questions. Does nothing if the answers did not arrive in the handshake that yielded
   * `proof`.
   */
  apply(proof: Proof): void {
    if (this.#proof !== proof) return;
    for (const [index, question] of this.#asked.entries()) question.isHeld = this.#held[index] === true;
  }
}
