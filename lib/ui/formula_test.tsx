import { expect } from "expect";
import { render } from "preact-render-to-string";
import Highlighted from "./highlight.tsx";
import { lexBlocks } from "./markdown_lexer.ts";
import { Markdown } from "./markdown.tsx";
import { splitStableBlocks } from "./markdown_stream.ts";
import Formula, { type FormulaProps } from "./math.tsx";

const math = (props: FormulaProps) => <Formula {...props} />;
const shown = (text: string) => render(<Markdown text={text} math={math} code={Highlighted} />);

Deno.test("[CHT-16] formulas become MathML, in a line and on a line of their own", () => {
  const line = shown("Euler: $e^{i\\pi}+1=0$, and \\(a<b\\).");
  expect(line.match(/<math/g)).toHaveLength(2);
  expect(line).toContain('<annotation encoding="application/x-tex">a&lt;b</annotation>');
  const block = shown("Look:\n\n$$\n\\frac{a}{b}\n$$\n\nand \\[x^2\\]");
  expect(block.match(/display="block"/g)).toHaveLength(2);
  expect(block).toContain("<mfrac>");
  expect(shown("$\\ln 2$")).toContain("<mi>ln</mi>");
});

Deno.test("[CHT-16] money, code and what is no TeX stay as they were typed", () => {
  expect(shown("It costs $5 and $6 each, $ 7 $ in all")).not.toContain("<math");
  expect(shown("`$a$` and \\$a\\$")).not.toContain("<math");
  expect(shown("$\\frac{a$")).toContain("<code>\\frac{a</code>");
  expect(render(<Markdown text="plain $x$" />)).toContain("plain $x$");
});

Deno.test("[CHT-14] a formula brings no style, link or other markup with it", () => {
  const html = shown(
    "$\\href{javascript:alert(1)}{x}$ $\\color{red}{x}$ $\\htmlStyle{color:red}{x}$ $\\text{<img src=x>}$ " +
      "$\\includegraphics{x}$ $\\url{javascript:x}$",
  );
  const tags = [...html.matchAll(/<[^>]+>/g)].join("");
  expect(tags).not.toMatch(/ (?:style|href|src|on\w+)=/);
  expect(tags).not.toContain("<img");
});

Deno.test("[CHT-16] code is coloured by its language, and every character of it stays", () => {
  const code = 'const a: List<T> = "<b>"; // 🌊\nfunction f() { return 1; }';
  const html = shown("```ts\n" + code + "\n```");
  expect(html).toContain('<span class="hl-k">const</span>');
  expect(html).toContain('<span class="hl-c">// 🌊</span>');
  const text = html.match(/<code>([\s\S]*)<\/code>/)![1]!.replace(/<[^>]+>/g, "")
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");
  expect(text).toBe(code);
  expect(shown("```nosuch\n<b>\n```")).toContain("<code>&lt;b></code>");
});

Deno.test("a formula that is not closed yet is not cut apart while it is written", () => {
  const text = "Before.\n\n$$\na\n\n+ b\n$$\n\nAfter.\n";
  for (let end = 1; end <= text.length; end++) {
    const { stable, tail } = splitStableBlocks(text.slice(0, end));
    expect(stable.join("") + tail).toBe(text.slice(0, end));
  }
  expect(lexBlocks(text).map((token) => token.type)).toContain("math");
});
