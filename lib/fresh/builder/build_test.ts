import { expect } from "expect";
import { join } from "node:path";
import { toFileUrl } from "../src/path.ts";
import { Builder } from "./builder.ts";
import { serveProject, withProject } from "./testing.ts";

const ISLAND = `import { h } from "preact";
import { useSignal } from "@preact/signals";
export default function Counter({ start }: { start: number }) {
  const n = useSignal(start);
  return h("button", { onClick: () => n.value++ }, n);
}`;

const PROJECT = {
  "deno.json": `{
    // the import map of the project
    "imports": { "@/": "./", },
  }`,
  "static/styles.css": "a{}",
  "islands/Counter.tsx": ISLAND,
  "lib/greet.ts": "export const greet = (name: string) => `Hi ${name}`;",
  "islands/Greeter.tsx": `import { h } from "preact";
    import { asset, IS_BROWSER } from "fresh/runtime";
    import { greet } from "@/lib/greet.ts";
    export function Greeter() {
      return h("img", { alt: greet("you"), src: asset("/a.png"), hidden: IS_BROWSER });
    }`,
  "routes/index.ts": `import { h } from "preact";
    import Counter from "../islands/Counter.tsx";
    export default () => h("main", null, h(Counter, { start: 3 }));`,
  "routes/plain.ts": `import { h } from "preact";
    export default () => h("p", null, "plain");`,
  "routes/(_islands)/Inline.tsx": `import { h } from "preact";
    export default () => h("i", null, "inline");`,
  "main.ts": "export const app = undefined;",
};

/** The bundler's process ends shortly after its `stop()` returns, which the sanitizers would see. */
function buildTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

buildTest(
  "a page with an island loads its module and the runtime, a page without loads nothing",
  async () => {
    // The routes of this project import a package map of their own, so it has none here.
    const { "deno.json": _config, "islands/Greeter.tsx": _greeter, ...files } = PROJECT;
    await withProject(files, async (root) => {
      const get = await serveProject(root);
      const html = await (await get("/")).text();
      expect(html).toContain(`<!--frsh:island:Counter:0:--><button>3</button><!--/frsh:island-->`);
      const modules = [...html.matchAll(/from"([^"]+)"/g)].map((match) => match[1]!);
      expect(modules.length).toBe(2);
      for (const url of modules) {
        const res = await get(url);
        expect(res.headers.get("content-type")).toBe("text/javascript; charset=UTF-8");
        expect(res.headers.get("cache-control")).toContain("immutable");
        expect((await res.text()).length).toBeGreaterThan(100);
      }
      const plain = await get("/plain");
      expect(plain.headers.get("link")).toBe(null);
      expect(await plain.text()).not.toContain("script");
      expect(await (await get("/styles.css")).text()).toBe("a{}");
    });
  },
);

buildTest("a build on disk writes server, snapshot, client modules and their weight", async () => {
  await withProject(PROJECT, async (root) => {
    await new Builder({ root }).build();
    const server = await Deno.readTextFile(join(root, "_fresh/server.js"));
    expect(server).toContain(`from "fresh/internal"`);
    expect(server).toContain(`import { app } from "../main.ts"`);
    const snapshot = await Deno.readTextFile(join(root, "_fresh/snapshot.js"));
    expect(snapshot).toContain(`() => import("../routes/index.ts")`);
    expect(snapshot).not.toContain(root);
    const meta = await readJson(join(root, "_fresh/metafile.json"));
    expect(Object.keys(meta.entries).sort())
      .toEqual([
        "Counter",
        "Greeter",
        "Inline",
        "fresh-partials",
        "fresh-runtime",
        "fresh-signals",
      ]);
    const dir = join(root, "_fresh/static/_fresh/js", meta.buildId);
    for (const file of meta.entries.Counter.files) {
      expect((await Deno.stat(join(dir, file))).isFile).toBe(true);
    }
    const greeter = await Deno.readTextFile(join(dir, "Greeter.js"));
    expect(greeter).toContain("Hi ");
  });
});

buildTest("the built server serves pages, static files and client modules", async () => {
  const main = `import { App, staticFiles } from ${
    JSON.stringify(import.meta.resolve("../mod.ts"))
  };
    export const app = new App().use(staticFiles()).fsRoutes();`;
  const { "deno.json": _config, "islands/Greeter.tsx": _greeter, ...files } = PROJECT;
  await withProject({ ...files, "main.ts": main }, async (root) => {
    await new Builder({ root }).build();
    // Outside of a project with an import map the library has no name of its own.
    const internal = JSON.stringify(import.meta.resolve("../internal.ts"));
    for (const name of ["server.js", "snapshot.js"]) {
      const path = join(root, "_fresh", name);
      const text = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, text.replace(`"fresh/internal"`, internal));
    }
    const { default: server } = await import(toFileUrl(join(root, "_fresh/server.js")).href);
    const get = async (path: string) => await server.fetch(new Request(`http://localhost${path}`));
    const html = await (await get("/")).text();
    expect(html).toContain("<button>3</button>");
    const url = /from"([^"]+Counter[^"]*)"/.exec(html)![1]!;
    expect(await (await get(url)).text()).toContain("onClick");
    expect((await get("/styles.css")).headers.get("etag")).toMatch(/^W\/"[0-9a-f]{64}"$/);
    expect((await get("/nowhere")).status).toBe(404);
  });
});

buildTest(
  "an island with signals costs at most 13 KB on the wire, one without 8.5 KB",
  async () => {
    await withProject(PROJECT, async (root) => {
      await new Builder({ root }).build();
      const { entries, gzip } = await readJson(join(root, "_fresh/metafile.json"));
      const firstLoad = (...names: string[]) => {
        const files = new Set(names.flatMap((name) => entries[name].files as string[]));
        return [...files].reduce((sum, file) => sum + gzip[file], 0);
      };
      expect(firstLoad("fresh-runtime", "fresh-signals", "Counter")).toBeLessThan(13 * 1024);
      expect(firstLoad("fresh-runtime", "Inline")).toBeLessThan(8.5 * 1024);
    });
  },
);

buildTest("an unchanged project keeps its build id, a changed file changes it", async () => {
  await withProject(PROJECT, async (root) => {
    const build = async () => {
      const builder = new Builder({ root });
      await builder.build();
      return builder.config.buildId;
    };
    const first = await build();
    expect(await build()).toBe(first);
    await Deno.writeTextFile(join(root, "static/styles.css"), "b{}");
    const second = await build();
    expect(second).not.toBe(first);
    await Deno.writeTextFile(join(root, "islands/Counter.tsx"), ISLAND.replace("button", "a"));
    expect(await build()).not.toBe(second);
  });
});

buildTest("client code contains what a strict policy forbids nowhere", async () => {
  await withProject(PROJECT, async (root) => {
    await new Builder({ root }).build();
    const { buildId, gzip } = await readJson(join(root, "_fresh/metafile.json"));
    for (const file of Object.keys(gzip)) {
      const text = await Deno.readTextFile(join(root, "_fresh/static/_fresh/js", buildId, file));
      expect([file, /\beval\(|new Function|document\.write|\.src\s*=/.test(text)]).toEqual([
        file,
        false,
      ]);
    }
  });
});

buildTest("a project without islands can still have partials, and pages load nothing", async () => {
  const files = {
    "routes/plain.ts": PROJECT["routes/plain.ts"],
    "routes/index.ts": `import { h } from "preact"; export default () => h("p", null, "static");`,
    "routes/nav.ts": `import { h } from "preact";
      export default () => h("p", { "f-client-nav": true }, "navigated");`,
  };
  await withProject(files, async (root) => {
    const get = await serveProject(root);
    expect(await (await get("/")).text()).not.toContain("script");
    const html = await (await get("/nav")).text();
    const modules = [...html.matchAll(/from"([^"]+)"/g)].map((match) => match[1]!);
    expect(modules.map((url) => url.split("/").at(-1))).toEqual([
      "fresh-runtime.js",
      "fresh-partials.js",
    ]);
    for (const url of modules) expect((await get(url)).status).toBe(200);
  });
});

buildTest(
  "an island page stays within 13 KB, and partials are paid for by pages that have them",
  async () => {
    await withProject({ "islands/A.ts": `export default () => "a";` }, async (root) => {
      await new Builder({ root }).build();
      const { entries } = await readJson(join(root, "_fresh/metafile.json"));
      expect(entries["fresh-runtime"].gzip).toBeLessThan(13 * 1024);
      expect(entries["fresh-runtime"].files).not.toContain("fresh-partials.js");
    });
  },
);

buildTest("the bundler's helpers are loaded only by what uses them", async () => {
  const files = {
    "islands/Plain.ts": `export default () => "plain";`,
    "islands/Old.ts": `import old from "../lib/old.cjs"; export default () => old.text;`,
    "islands/Older.ts": `import old from "../lib/older.cjs"; export default () => old.text;`,
    "lib/old.cjs": `exports.text = "old";`,
    "lib/older.cjs": `exports.text = "older";`,
  };
  await withProject(files, async (root) => {
    await new Builder({ root }).build();
    const { entries, outputs } = await readJson(join(root, "_fresh/metafile.json"));
    const helper = Object.keys(outputs).find((name) =>
      Object.keys(outputs[name].inputs).length === 0
    )!;
    expect(entries.Old.files).toContain(helper);
    for (const name of ["Plain", "fresh-runtime"]) {
      expect(entries[name].files).not.toContain(helper);
    }
  });
});

buildTest("an island that does not compile fails the build with its message", async () => {
  await withProject(
    { "islands/Bad.tsx": `import "@/missing.ts"; export default 1;` },
    async (root) => {
      await expect(new Builder({ root }).build()).rejects.toThrow("@/missing.ts");
    },
  );
});

buildTest("public environment variables are inlined, others are not", async () => {
  Deno.env.set("FRESH_PUBLIC_NAME", "public value");
  const island = `export default function Env() {
    return [Deno.env.get("FRESH_PUBLIC_NAME"), import.meta.env.FRESH_PUBLIC_NAME,
      typeof Deno.env.get("HOME")];
  }`;
  try {
    await withProject({ "islands/Env.tsx": island }, async (root) => {
      await new Builder({ root }).build();
      const { buildId } = await readJson(join(root, "_fresh/metafile.json"));
      const text = await Deno.readTextFile(
        join(root, "_fresh/static/_fresh/js", buildId, "Env.js"),
      );
      expect(text.match(/public value/g)?.length).toBe(2);
      expect(text).toContain(`Deno.env.get("HOME")`);
    });
  } finally {
    Deno.env.delete("FRESH_PUBLIC_NAME");
  }
});

buildTest("islands can be registered from outside the islands folder", async () => {
  await withProject({ "lib/Extra.tsx": ISLAND }, async (root) => {
    const builder = new Builder({ root });
    builder.registerIsland("lib/Extra.tsx");
    expect(() => builder.registerIsland("jsr:@x/y")).toThrow("islands must be files");
    await builder.build();
    const { entries } = await readJson(join(root, "_fresh/metafile.json"));
    expect(entries.Extra.gzip).toBeGreaterThan(0);
  });
});
