import type { FunctionComponent } from "preact";
import type { IslandRegistry } from "./types.ts";

/** The client side of a file with islands. */
export interface IslandModule {
  /** Client module as an absolute URL path. */
  file: string;
  /** Name of the file's default island. */
  name: string;
  css?: string[];
  /** Client modules that `file` imports. */
  imports?: string[];
}

/** Registers the islands of a module: every function it exports. */
export class IslandPreparer {
  /** Adds to `registry`; other exports than functions are left alone. */
  prepare(
    registry: IslandRegistry,
    mod: Record<string, unknown>,
    { file, name, css = [], imports = [] }: IslandModule,
  ): void {
    for (const [exportName, value] of Object.entries(mod)) {
      if (typeof value !== "function") continue;
      registry.set(value, {
        file,
        name: exportName === "default" ? name : `${name}_${exportName}`,
        exportName,
        fn: value as FunctionComponent<Record<string, unknown>>,
        css,
        imports,
      });
    }
  }
}
