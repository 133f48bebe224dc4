import { expect } from "expect";
import { DataDirError, holdDataDir, keptSecret } from "./data_dir.ts";

/** A path in a fresh folder, taken away afterwards. */
async function withFolder(work: (path: string) => Promise<void> | void): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await work(`${parent}/data`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const modeOf = (path: string) => (Deno.statSync(path).mode! & 0o777).toString(8);

Deno.test("[CON-80] the data folder is made for its owner alone", () =>
  withFolder((path) => {
    const dir = holdDataDir(path);
    expect(modeOf(path)).toBe("700");
    expect(dir.file("x")).toBe(`${path}/x`);
    dir.release();
  }));

Deno.test("[OPS-4] a second holder is refused, until the first lets go", () =>
  withFolder(async (path) => {
    const first = holdDataDir(path);
    expect(() => holdDataDir(path)).toThrow(DataDirError);
    expect(() => holdDataDir(path)).toThrow(/in use by another process/);
    // Another process, too.
    const script = `import { holdDataDir } from ${
      JSON.stringify(new URL("./data_dir.ts", import.meta.url).href)
    }; holdDataDir(${JSON.stringify(path)});`;
    const other = () =>
      new Deno.Command(Deno.execPath(), {
        args: ["eval", "--no-check", "--quiet", script],
        stdout: "null",
        stderr: "piped",
      }).output();
    const refused = await other();
    expect(refused.success).toBe(false);
    expect(new TextDecoder().decode(refused.stderr)).toContain("in use by another process");
    first.release();
    expect((await other()).success).toBe(true);
    holdDataDir(path).release();
  }));

Deno.test("a folder that cannot be made is a readable fault", () =>
  withFolder(async (path) => {
    await Deno.writeTextFile(path, "a file");
    expect(() => holdDataDir(path)).toThrow(DataDirError);
    expect(() => holdDataDir(path)).toThrow(/cannot be used/);
  }));

Deno.test("[OPS-60] a secret is made once and kept for its owner alone", () =>
  withFolder(async (path) => {
    let made = 0;
    const create = () => `secret ${++made}`;
    const first = holdDataDir(path);
    expect(await keptSecret(first, "app_secret", create)).toBe("secret 1");
    expect(modeOf(first.file("app_secret"))).toBe("600");
    first.release();
    const second = holdDataDir(path);
    expect(await keptSecret(second, "app_secret", create)).toBe("secret 1");
    expect(await keptSecret(second, "other", create)).toBe("secret 2");
    second.release();
    expect(made).toBe(2);
    expect([...Deno.readDirSync(path)].map((entry) => entry.name).sort())
      .toEqual(["app_secret", "lock", "other"]);
  }));

Deno.test("what a crash left behind half written is made anew", () =>
  withFolder(async (path) => {
    const dir = holdDataDir(path);
    await Deno.writeTextFile(dir.file("app_secret"), "");
    expect(await keptSecret(dir, "app_secret", () => "whole")).toBe("whole");
    dir.release();
  }));
