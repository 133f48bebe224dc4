import { expect } from "expect";

const ROOT = new URL("../", import.meta.url);

/** The floors of the house, from the top down. An import may only go down, or stay in its room. */
const FLOORS: [name: string, level: number, owns: RegExp][] = [
  ["main", 6, /^(?:main|dev|fresh\.config|utils)\.tsx?$/],
  ["boot", 5, /^lib\/(?:boot\/|nova\.ts)/],
  ["routes", 4, /^(?:routes|islands|jobs)\/|^lib\/api\//],
  ["domains", 3, /^lib\/(?:accounts|plans|notices|onboarding|usage|policy|memory|chat)\//],
  ["shared", 2, /^lib\/(?:model|ui|fresh)\//],
  ["platform", 1, /^lib\/platform\//],
];

/** Domains in the order in which they may use each other: a later one may use an earlier one. */
const DOMAINS = ["plans", "notices", "onboarding", "usage", "policy", "accounts", "memory", "chat"];

const ALLOWED: Record<string, string> = {
  // The jobs' registry wires handlers to services, whose type the composition root owns.
  "jobs/mod.ts": "lib/boot/services.ts",
};

async function* sources(path = ""): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(path || ".", ROOT))) {
    const child = `${path}${entry.name}`;
    if (entry.isDirectory) {
      if (!/^(?:node_modules|_fresh|tests|scripts|static|docs|infra|data)$|^\./.test(entry.name)) {
        yield* sources(`${child}/`);
      }
    } else if (/\.tsx?$/.test(entry.name) && !/_test\.tsx?$/.test(entry.name)) yield child;
  }
}

/** Every import of a file that stays in the repository, as a path from its root. */
async function importsOf(file: string): Promise<{ path: string; typeOnly: boolean }[]> {
  const text = await Deno.readTextFile(new URL(file, ROOT));
  const found = [
    ...text.matchAll(/^\s*(import|export)\s+(type\s+)?[^"'`;]*?from\s+["']([^"']+)["']/gm),
  ];
  return found.flatMap(([, , type, specifier]) => {
    if (specifier!.startsWith("@/")) {
      return [{ path: specifier!.slice(2), typeOnly: Boolean(type) }];
    }
    if (!specifier!.startsWith(".")) return [];
    const path = new URL(specifier!, new URL(file, ROOT)).pathname.slice(ROOT.pathname.length);
    return [{ path, typeOnly: Boolean(type) }];
  });
}

const floorOf = (file: string) => FLOORS.find(([, , owns]) => owns.test(file));
const domainOf = (file: string) => /^lib\/(\w+)\//.exec(file)?.[1] ?? "";

Deno.test("an import never goes up a floor", async () => {
  const upward: string[] = [];
  for await (const file of sources()) {
    const from = floorOf(file);
    if (!from) continue;
    for (const { path } of await importsOf(file)) {
      const to = floorOf(path);
      if (to && to[1] > from[1] && ALLOWED[file] !== path && !isPageUtility(file, path)) {
        upward.push(`${file} -> ${path}`);
      }
    }
  }
  expect(upward).toEqual([]);
});

/** Fresh's convention: pages take `define` from `utils.ts` at the root, and only that. */
function isPageUtility(file: string, path: string): boolean {
  return path === "utils.ts" && (file.startsWith("routes/") || file === "lib/boot/page_state.ts");
}

Deno.test("domains use each other through their mod.ts alone, and never in a circle", async () => {
  const wrong: string[] = [];
  for await (const file of sources()) {
    const from = DOMAINS.indexOf(domainOf(file));
    if (from === -1) continue;
    for (const { path } of await importsOf(file)) {
      const to = DOMAINS.indexOf(domainOf(path));
      if (to === -1 || to === from) continue;
      if (to > from || !path.endsWith("/mod.ts")) wrong.push(`${file} -> ${path}`);
    }
  }
  expect(wrong).toEqual([]);
});

Deno.test("lib/fresh imports nothing of ours, and the app imports nothing from inside it", async () => {
  const wrong: string[] = [];
  for await (const file of sources()) {
    const inside = file.startsWith("lib/fresh/");
    for (const { path } of await importsOf(file)) {
      if (inside !== path.startsWith("lib/fresh/")) {
        if (inside || path.startsWith("lib/fresh/")) wrong.push(`${file} -> ${path}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

Deno.test("what runs in the browser takes types alone from the rooms", async () => {
  const wrong: string[] = [];
  for await (const file of sources()) {
    if (!file.startsWith("islands/") && !file.startsWith("lib/ui/")) continue;
    for (const { path, typeOnly } of await importsOf(file)) {
      const server = /^lib\/(?:platform|model|boot|api|chat|memory|usage|plans|policy|accounts)\//
        .test(path);
      const pure = ["lib/accounts/password_rules.ts", "lib/platform/clock.ts"].includes(path);
      if (server && !typeOnly && !pure) wrong.push(`${file} -> ${path}`);
    }
  }
  expect(wrong).toEqual([]);
});

Deno.test("every table that names an owner is behind forced row-level security", async () => {
  const { openTestDatabase } = await import("./support/database.ts");
  const test = await openTestDatabase();
  try {
    const rows = await test.db.asSystem("schema test", (tx) =>
      tx<{ name: string; forced: boolean; policies: number }[]>`
        select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
          (select count(*)::integer from pg_policies p where p.tablename = c.relname) as policies
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind = 'r' and (c.relname = 'users' or exists (
          select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'user_id'))`);
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter((row) => !row.forced || row.policies < 2)).toEqual([]);
  } finally {
    await test.close();
  }
});

Deno.test("[OPS-79] without a user no row is seen, and users never see each other's, 2,000 times", async () => {
  const { openTestDatabase } = await import("./support/database.ts");
  const test = await openTestDatabase();
  const users = [crypto.randomUUID(), crypto.randomUUID()];
  try {
    await test.db.asSystem("test", async (tx) => {
      for (const id of users) {
        await tx`insert into users (id, email, email_normalized, display_name, password_hash, trial_ends_at,
            terms_version, terms_accepted_at, age_confirmed_at, created_at, updated_at)
          values (${id}, ${id}, ${id}, 'Ada', 'x', now(), '1', now(), now(), now(), now())`;
      }
    });
    const seen = await Promise.all(Array.from({ length: 2_000 }, (_, i) => {
      const id = users[i % 2]!;
      return test.db.asUser(id, (tx) => tx<{ id: string }[]>`select id from users`)
        .then((rows) => rows.length === 1 && rows[0]!.id === id);
    }));
    expect(seen.every(Boolean)).toBe(true);
    expect(await test.db.asUser("", (tx) => tx`select id from users`)).toHaveLength(0);
    const owner = await test.db.asUser(
      users[0]!,
      (tx) =>
        tx`insert into chat_sessions (id, user_id, model, created_at, updated_at)
        values (${crypto.randomUUID()}, ${users[1]!}, 'm', now(), now())`,
    ).then(() => "done", (e) => e.code);
    expect(owner).toBe("42501");
  } finally {
    await test.close();
  }
});
