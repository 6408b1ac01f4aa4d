#!/usr/bin/env node
import { main } from './main.ts';

// Exits explicitly, because a DNS lookup that is still pending would keep the process alive.
process.exit(await main(process.argv.slice(2)));
