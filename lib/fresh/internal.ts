/**
 * What the generated `_fresh/server.js` and `_fresh/snapshot.js` import. Not
 * for apps: it changes together with the build.
 * @module
 */
export { setBuildCache } from "./src/app.ts";
export { IslandPreparer } from "./src/islands_prepare.ts";
export { ProdBuildCache } from "./src/prod_build_cache.ts";
export * as path from "./src/path.ts";
