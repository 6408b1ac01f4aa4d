import type { HandshakeQuestions, Proof } from '../handshake/verify-handshake.ts';
import { heldAmong, listCommands } from './held-by-server.ts';
import type { SecondQuestion } from './second-question.ts';

/** With more silent connections, the server is asked about them only when it has answered the handshake. */
const mostEarly = 16;

/**
 * Asks which silent connections the server itself keeps waiting, together with the handshake of the second connection:
 * if the server is distant, callers could not wait for another round trip.
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

  /** Marks the questions, unless the handshake that yielded `proof` is that of another connection. */
  apply(proof: Proof): void {
    if (this.#proof !== proof) return;
    for (const [index, question] of this.#asked.entries()) question.isHeld = this.#held[index] === true;
  }
}
