#!/usr/bin/env node
import { main } from './main.ts';

// Exits explicitly, because a pending DNS lookup would keep the process alive.
process.exit(await main(process.argv.slice(2)));
