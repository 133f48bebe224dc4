import { expect } from "expect";
import { pathToPattern } from "./fs_pattern.ts";

const patterns: [string, string, string][] = [
  ["/index", "/", "/"],
  ["/about", "/about", "/about"],
  ["/blog/index", "/blog", "/blog"],
  ["/blog/[slug]", "/blog/:slug", "/blog/:slug"],
  ["/[...rest]", "/:rest*", "/:rest*"],
  ["/blog/[[page]]", "/blog{/:page}?", "/blog/{:page}?"],
  ["/a-[b]", "/a-:b", "/a-:b"],
  ["/[a]@[b]", "/:a@:b", "/:a@:b"],
  ["/[a]b", "/{:a}b", "/{:a}b"],
  ["/(group)/about", "/about", "/(group)/about"],
  ["/(group)/index", "/", "/(group)"],
];
for (const [id, pattern, scope] of patterns) {
  Deno.test(`${id} answers at ${pattern}`, () => {
    expect(pathToPattern(id)).toEqual({ pattern, scope });
  });
}

for (const id of ["/[a][b]", "/[a", "/a]", "/[]", "/[...a]/b", "/[a b]"]) {
  Deno.test(`${id} is refused`, () => {
    expect(() => pathToPattern(id)).toThrow(SyntaxError);
  });
}
