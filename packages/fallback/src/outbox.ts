export { createOutbox } from './outbox/create-outbox.ts';
export type { AddOptions, Outbox, Receipt } from './outbox/outbox.ts';
export type { OutboxOptions } from './outbox/outbox-options.ts';
export type { OutboxEvents, WriteFacts } from './outbox/outbox-events.ts';
export type { DeadLetter, DeadReason } from './outbox/kept/journal.ts';
