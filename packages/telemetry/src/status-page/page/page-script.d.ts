/** The page's script: `browser/main.ts` and its imports, which `bundle-page.mjs` bundles at each build. */
export declare const pageScript: string;
