import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describeAdapter } from './adapter-contract.ts';
import { nestAdapter } from './nestjs-app.ts';

describeAdapter(
  'NestJS on Fastify',
  nestAdapter(() => new FastifyAdapter({ forceCloseConnections: true })),
);
