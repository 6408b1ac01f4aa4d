import { circuitPicture } from './circuit.mjs';
import { codePicture } from './code.mjs';
import { databasesPicture } from './databases.mjs';
import { dialingPicture } from './dialing.mjs';
import { outagePicture } from './outage.mjs';
import { outcomesPicture } from './outcomes.mjs';

/** Each picture of the book, by the name of its file. */
export const pictures = new Map([
  ['outage.svg', outagePicture()],
  ['circuit.svg', circuitPicture()],
  ['outcomes.svg', outcomesPicture()],
  ['dialing.svg', dialingPicture()],
  ['databases.svg', databasesPicture()],
  ['code.svg', codePicture()],
]);
