#!/usr/bin/env node
import { main } from './main.ts';

// Exits by hand: a name server that never answers must not hold the process.
process.exit(await main(process.argv.slice(2)));
