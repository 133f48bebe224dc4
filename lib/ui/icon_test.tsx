import { expect } from "expect";
import { ICON_NAMES } from "./icon.tsx";

const sprite = await Deno.readTextFile(new URL("../../static/icons.svg", import.meta.url));

Deno.test("the sprite holds the named icons and no others", () => {
  const drawn = [...sprite.matchAll(/<symbol id="([\w-]+)"/g)].map((m) => m[1]);
  expect(drawn.sort()).toEqual([...ICON_NAMES].sort());
});

Deno.test("the sprite carries nothing a content security policy would stop", () => {
  expect(sprite).not.toMatch(/style|<script|\son\w+=|href/);
});
