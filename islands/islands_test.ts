import { expect } from "expect";

Deno.test("[UI-57] every island stands in a boundary that reports its failing", async () => {
  const without: string[] = [];
  let count = 0;
  for await (const { name } of Deno.readDir(new URL("./", import.meta.url))) {
    if (!name.endsWith(".tsx")) continue;
    count++;
    const text = await Deno.readTextFile(new URL(name, import.meta.url));
    if (!/<(?:IslandBoundary|Guard)\b/.test(text)) without.push(name);
  }
  expect(count).toBeGreaterThan(5);
  expect(without).toEqual([]);
});
