/**
 * The script of the page. `bundle-page.mjs` bundles the script from `browser/main.ts` and its imports at each build.
 */
export declare const pageScript: string;
