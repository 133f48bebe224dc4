import { expect } from "expect";
import fc from "fast-check";
import { render } from "preact";
import LiveMarkdown from "./markdown_live.tsx";
import { drawn, withDocument } from "./testing.ts";

const FRAGMENTS = [
  "A line with **bold** and `code`\n",
  "\n",
  "## Heading\n",
  "- item [a](https://example.org/a)\n",
  "- [x] done\n",
  "  - nested\n",
  "1. one\n",
  "> quote\n",
  "```\nlet a = `x`;\n```\n",
  "| a | b |\n|---|---:|\n",
  "| 1 | `2` |\n",
  "see [it][ref]\n",
  "\n[ref]: https://example.org/ref\n",
];

const show = (root: HTMLElement, text: string, live: boolean) =>
  render(<LiveMarkdown text={text} live={live} />, root);

Deno.test("[UI-88] an answer that came in pieces looks at its end like one that came at once", async () => {
  await withDocument((root) => {
    const whole = root.ownerDocument.createElement("div");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 12 }).map((parts) => parts.join("")),
        fc.array(fc.nat(200), { maxLength: 8 }),
        (text, cuts) => {
          render(null, root);
          render(null, whole);
          for (const cut of cuts.sort((a, b) => a - b)) show(root, text.slice(0, cut), true);
          show(root, text, false);
          show(whole, text, false);
          expect(root.innerHTML).toBe(whole.innerHTML);
        },
      ),
      { numRuns: 150, seed: 5 },
    );
  });
});

Deno.test("[UI-88] the rows of a long table keep their elements while it grows", async () => {
  await withDocument((root) => {
    const rows = (count: number) =>
      Array.from({ length: count }, (_, n) => `| ${n} | *w${n}* |\n`).join("");
    const text = `| a | b |\n|---|---:|\n${rows(100)}`;
    // In pieces, as an answer comes.
    for (let end = 500; end < text.length + 500; end += 500) show(root, text.slice(0, end), true);
    const before = [...root.querySelectorAll("tbody tr")];
    expect(before.length).toBe(100);
    before.slice(0, 99).forEach((row) => row.textContent = "untouched");
    show(root, `${text}| 100 | end |\n`, true);
    const after = [...root.querySelectorAll("tbody tr")];
    expect(after.length).toBe(101);
    expect(after.slice(0, 99)).toEqual(before.slice(0, 99));
    expect(after.slice(0, 99).every((row) => row.textContent === "untouched")).toBe(true);
    expect(after[100]!.textContent).toBe("100end");
    expect(root.querySelectorAll("table").length).toBe(1);
  });
});

Deno.test("[UI-88] closed blocks, items and rows keep their elements while the text grows", async () => {
  await withDocument((root) => {
    const text = "Before.\n\n- one\n- two\n- thr";
    show(root, text, true);
    const [paragraph, one, two] = [...root.querySelectorAll("p, li")];
    one!.textContent = "untouched";
    paragraph!.textContent = "untouched";
    show(root, text + "ee\n- four", true);
    expect(root.querySelector("p")!.textContent).toBe("untouched");
    const items = [...root.querySelectorAll("li")];
    expect(items[0]).toBe(one);
    expect(items[1]).toBe(two);
    expect(items.map((item) => item.textContent)).toEqual(["untouched", "two", "three", "four"]);
  });
});

Deno.test("[UI-88] a long text that comes at once is shown step by step, and whole in the end", async () => {
  await withDocument(async (root) => {
    const text = "A sentence of some words. ".repeat(200).trim();
    show(root, text, true);
    const first = root.textContent!.length;
    expect(first).toBeLessThan(text.length / 2);
    for (let n = 0; n < 500 && root.textContent !== text; n++) await drawn(1);
    expect(root.textContent).toBe(text);
    show(root, text + " The end.", true);
    expect(root.textContent).toContain("The end.");
    show(root, "Something else.", true);
    expect(root.textContent).toBe("Something else.");
  });
});

Deno.test("a definition that comes late makes links of what refers to it", async () => {
  await withDocument((root) => {
    show(root, "See [it][ref].\n\nMore.\n\n", true);
    expect(root.querySelector("a")).toBe(null);
    show(root, "See [it][ref].\n\nMore.\n\n[ref]: https://example.org/\n", true);
    expect(root.querySelector("a")!.getAttribute("href")).toBe("https://example.org/");
  });
});
