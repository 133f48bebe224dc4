import type { FreshConfig } from "fresh";
import type { BuildOptions } from "fresh/dev";

/** Options of the server (`new App(…)`). */
export const serverConfig: FreshConfig = {};

/** Options of the build (`new Builder(…)`): where pages, islands and static files live. */
export const buildConfig: BuildOptions = {
  root: import.meta.dirname,
  outDir: "_fresh",
  routeDir: "routes",
  islandDir: "islands",
  staticDir: "static",
  serverEntry: "main.ts",
};
