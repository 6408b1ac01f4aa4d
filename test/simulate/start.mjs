// Builds the simulation and starts it.
import { buildSimulation } from './build-simulation.mjs';

await buildSimulation();
await import('./dist/main.js');
