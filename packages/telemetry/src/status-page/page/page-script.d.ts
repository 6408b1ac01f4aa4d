/** The script of the page: `browser/main.ts` and its imports as one file, which `bundle-page.mjs` makes at each build. */
export declare const pageScript: string;
