import { createRequire } from 'node:module';
import type { Express } from 'express';
import { describeAdapter } from './adapter-contract.ts';
import { expressAdapter } from './express-app.ts';

const express4 = createRequire(import.meta.url)('express-4') as () => Express;

describeAdapter('Express 4', expressAdapter(express4));
