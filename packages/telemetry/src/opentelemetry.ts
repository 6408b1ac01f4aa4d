export { registerInstruments, type InstrumentsOptions } from './opentelemetry/register-instruments.ts';
export { traceOperations, type TraceOptions } from './opentelemetry/trace-operations.ts';
export { linkCommandSpan } from './opentelemetry/operation-record.ts';
export type { FallbackOptions, Measured } from './measure/source-readers.ts';
export type { CacheNumbers, CacheSource, OutboxSource } from './measure/sources.ts';
