import { expect } from "expect";
import { nameIslands } from "./bundle.ts";
import { checkCompilerOptions, SKIP_ELEMENTS, stripJsonc } from "./deno_config.ts";
import { mapSpecifier, npmToBare } from "./resolver.ts";

Deno.test("precompiled JSX without the list of skipped elements is refused", () => {
  const config = (elements: string[]) => ({
    dir: "/",
    imports: {},
    compilerOptions: { jsx: "precompile", jsxPrecompileSkipElements: elements },
  });
  expect(() => checkCompilerOptions(config(SKIP_ELEMENTS.slice(1)))).toThrow('to contain "a"');
  checkCompilerOptions(config(SKIP_ELEMENTS));
  checkCompilerOptions({ ...config([]), compilerOptions: { jsx: "react-jsx" } });
});

Deno.test("imports are mapped as in deno.json", () => {
  const imports = { "@/": "./", "@/ui/": "./lib/ui/", "preact": "npm:preact@10", "x/": "./x/" };
  expect(mapSpecifier("@/lib/a.ts", imports)).toBe("./lib/a.ts");
  expect(mapSpecifier("@/ui/b.ts", imports)).toBe("./lib/ui/b.ts");
  expect(npmToBare(mapSpecifier("preact/hooks", imports))).toBe("preact/hooks");
  expect(npmToBare("npm:@preact/signals@2.1.0/utils")).toBe("@preact/signals/utils");
  expect(mapSpecifier("other", imports)).toBe("other");
});

Deno.test("comments and trailing commas in deno.jsonc are no obstacle", () => {
  const text = `{ // "a": 1,\n "b": "http://x", /* c */ "d": [1, 2,], }`;
  expect(JSON.parse(stripJsonc(text))).toEqual({ b: "http://x", d: [1, 2] });
});

Deno.test("islands of the same name are told apart", () => {
  expect(nameIslands(["/i/b/Menu.tsx", "/i/a/Menu.tsx", "/i/my-menu.tsx"]).map(({ name }) => name))
    .toEqual(["Menu", "Menu_1", "my_menu"]);
});
