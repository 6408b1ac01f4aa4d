/** Builds the simulation, whose source is TypeScript, into the folder `dist`. */
export function buildSimulation(): Promise<void>;
