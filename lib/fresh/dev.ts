/**
 * Builds an app and serves it during development.
 * @module
 */
export { Builder } from "./builder/builder.ts";
export type { BuildSettings, DevListenOptions } from "./builder/builder.ts";
export type { BuildOptions, ResolvedBuildConfig, SourceMapOptions } from "./builder/options.ts";
