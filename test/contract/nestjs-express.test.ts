import { ExpressAdapter } from '@nestjs/platform-express';
import { describeAdapter } from './adapter-contract.ts';
import { nestAdapter } from './nestjs-app.ts';

describeAdapter(
  'NestJS on Express',
  nestAdapter(() => new ExpressAdapter()),
);
