import { expect } from "expect";
import { mergePath, UrlPatternRouter } from "./router.ts";

function routerOf(...patterns: string[]): UrlPatternRouter<string> {
  const router = new UrlPatternRouter<string>();
  for (const pattern of patterns) router.add("GET", pattern, pattern);
  return router;
}

Deno.test("an exact path wins over a pattern registered before it", () => {
  const router = routerOf("/u/:id", "/u/me");
  expect(router.match("GET", "/u/me").item).toBe("/u/me");
  expect(router.match("GET", "/u/you").item).toBe("/u/:id");
});

Deno.test("patterns are tried in the order of registration", () => {
  expect(routerOf("/:a/b", "/x/:b").match("GET", "/x/b").item).toBe("/:a/b");
  expect(routerOf("/x/:b", "/:a/b").match("GET", "/x/b").item).toBe("/x/:b");
});

Deno.test("the first registration of a pattern and method stays", () => {
  const router = new UrlPatternRouter<number>();
  router.add("GET", "/", 1);
  router.add("ALL", "/", 2);
  expect(router.match("GET", "/").item).toBe(1);
  expect(router.match("POST", "/").item).toBe(2);
});

Deno.test("a wrong method does not fall through to a later pattern", () => {
  const router = new UrlPatternRouter<number>();
  router.add("GET", "/u/:id", 1);
  router.add("POST", "/u/*", 2);
  expect(router.match("POST", "/u/1")).toEqual({
    item: null,
    pattern: "/u/:id",
    params: { id: "1" },
  });
});

Deno.test("an exact path matches with and without trailing slash, a pattern does not", () => {
  const router = routerOf("/s", "/t/", "/u/:id");
  expect(router.match("GET", "/s/").item).toBe("/s");
  expect(router.match("GET", "/t").item).toBe("/t/");
  expect(router.match("GET", "/u/1/").item).toBe(null);
});

Deno.test("parameters are decoded, an encoded slash stays, a missing one is empty", () => {
  const router = routerOf("/u/:id", "/r/:rest*", "/o{/:v}?", "/x/:a@:v");
  expect(router.match("GET", "/u/a%20b%2Fc").params).toEqual({ id: "a b%2Fc" });
  expect(router.match("GET", "/u/%E0%A4%A").params).toEqual({ id: "%E0%A4%A" });
  expect(router.match("GET", "/r/a/b").params).toEqual({ rest: "a/b" });
  expect(router.match("GET", "/o").params).toEqual({ v: "" });
  expect(router.match("GET", "/x/pkg@1.0").params).toEqual({ a: "pkg", v: "1.0" });
});

Deno.test("an exact path with letters outside ASCII matches its encoded URL", () => {
  expect(routerOf("/über").match("GET", "/%C3%BCber").item).toBe("/über");
});

Deno.test("HEAD is answered by its own handler, else by that of GET", () => {
  const router = new UrlPatternRouter<string>();
  router.add("GET", "/a", "get");
  router.add("GET", "/b", "get");
  router.add("HEAD", "/b", "head");
  expect(router.match("HEAD", "/a").item).toBe("get");
  expect(router.match("HEAD", "/b").item).toBe("head");
});

Deno.test("paths are joined with one slash between them", () => {
  expect(mergePath("", "/")).toBe("/");
  expect(mergePath("/a", "/")).toBe("/a");
  expect(mergePath("/a", "/b")).toBe("/a/b");
  expect(mergePath("/a/", "b")).toBe("/a/b");
  expect(mergePath("/a", "*")).toBe("/a/*");
  expect(mergePath("", "{/:x}?")).toBe("/{:x}?");
  expect(mergePath("/a", "{/:x}?")).toBe("/a{/:x}?");
});
