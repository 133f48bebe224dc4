import { expect } from "expect";
import { parseHTML } from "linkedom";
import { renderToString } from "preact-render-to-string";
import { Markdown } from "./markdown.tsx";
import { safeLink } from "./markdown_url.ts";

const html = (text: string, live = false) => renderToString(<Markdown text={text} live={live} />);
const page = (text: string, live = false) =>
  parseHTML(`<!doctype html><body>${html(text, live)}</body>`).document;

/** Elements that rendering may produce; anything else came out of the text. */
const ALLOWED = new Set(
  ("div p h2 h3 h4 h5 h6 strong em del code pre a span br hr ul ol li input blockquote table " +
    "thead tbody tr th td figure figcaption").split(" "),
);

const ATTACKS = [
  "<script>alert(1)</script>",
  "<ScRiPt src=//evil.example/x.js></sCrIpT>",
  "<img src=x onerror=alert(1)>",
  '<img src="javascript:alert(1)">',
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
  "<math><mtext></p><img src=x onerror=alert(1)></math>",
  "<iframe src=javascript:alert(1)></iframe>",
  "<iframe srcdoc='<script>alert(1)</script>'>",
  "<object data=data:text/html,<script>alert(1)</script>>",
  "<embed src=javascript:alert(1)>",
  "<body onload=alert(1)>",
  "<style>@import 'javascript:alert(1)';</style>",
  "<p style='background:url(javascript:alert(1))'>x</p>",
  "<link rel=stylesheet href=javascript:alert(1)>",
  "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
  "<base href=//evil.example/>",
  "<form action=javascript:alert(1)><button>x</button></form>",
  "<input autofocus onfocus=alert(1)>",
  "<details open ontoggle=alert(1)>x</details>",
  "<a href=javascript:alert(1)>x</a>",
  "<template><script>alert(1)</script></template>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](java\tscript:alert(1))",
  "[x](<java\nscript:alert(1)>)",
  "[x](&#106;avascript:alert(1))",
  "[x](javascript&colon;alert(1))",
  "[x](javascript&#58;alert(1))",
  "[x](\u0001javascript:alert(1))",
  "[x]( javascript:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[x](vbscript:msgbox(1))",
  "[x](file:///etc/passwd)",
  "[x](blob:https://evil.example/1)",
  "[x](//evil.example/path)",
  "[x](/api/auth/logout)",
  "![x](javascript:alert(1))",
  "![x](data:image/svg+xml,<svg onload=alert(1)>)",
  '![x"onerror="alert(1)](https://evil.example/a.png)',
  '[x](https://evil.example/" onmouseover="alert(1))',
  "[x](https://evil.example 'title\" onmouseover=\"alert(1)')",
  "<javascript:alert(1)>",
  '<https://evil.example/"onclick=alert(1)>',
  "[a]: javascript:alert(1)\n\n[x][a]",
  "[a]: <data:text/html,1>\n\n![x][a]",
  "```html\n<script>alert(1)</script>\n```",
  '```"><script>alert(1)</script>\nx\n```',
  "`<script>alert(1)</script>`",
  "| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | [x](javascript:1) |",
  "- [x] <img src=x onerror=alert(1)>",
  "> <svg/onload=alert(1)>",
  "# <img src=x onerror=alert(1)>",
  "<<script>alert(1)//<</script>",
  "<scr\u0000ipt>alert(1)</script>",
  "&lt;img src=x onerror=alert(1)&gt;",
  "&#60;script&#62;alert(1)&#60;/script&#62;",
  "\\<script>alert(1)</script>",
  "<!--><img src=x onerror=alert(1)>-->",
  "<![CDATA[<script>alert(1)</script>]]>",
  "<?php echo 1 ?><script>alert(1)</script>",
  "</div></body><script>alert(1)</script>",
  "**<img src=x onerror=alert(1)>**",
  "[<img src=x onerror=alert(1)>](https://evil.example)",
  "{{constructor.constructor('alert(1)')()}}",
  "https://evil.example/<script>alert(1)</script>",
  "[x](https://good.example@evil.example/)",
];

Deno.test("[CHT-14] no attack out of the corpus yields an element or attribute of its own", () => {
  expect(ATTACKS.length).toBeGreaterThan(60);
  for (const attack of ATTACKS) {
    for (const live of [false, true]) {
      for (const element of page(attack, live).querySelectorAll("body *")) {
        expect({ attack, tag: element.localName, ok: ALLOWED.has(element.localName) })
          .toEqual({ attack, tag: element.localName, ok: true });
        for (const { name } of element.attributes) {
          expect({ attack, name, ok: !/^on|^style$|^src/.test(name) }).toMatchObject({ ok: true });
        }
        const href = element.getAttribute("href");
        if (href !== null) expect(href).toMatch(/^(https?:\/\/|mailto:)/);
      }
    }
  }
});

Deno.test("[CHT-14] text of every kind comes back as it was typed", () => {
  for (
    const text of [
      "List<T> and Map<K, V>",
      "&lt;script&gt; &amp; &nbsp;",
      "emoji 👩🏽‍🚀 and 🇵🇹",
      "مرحبا بالعالم",
      "שלום world",
      "1 < 2 > 0 && true",
      "naïve café e\u0301",
      "a\u200Bb",
    ]
  ) {
    expect(page(text).querySelector("p")?.textContent).toBe(text);
    expect(page(`\`\`\`\n${text}\n\`\`\``).querySelector("pre code")?.textContent).toBe(text);
    expect(page(`\`${text}\``).querySelector("p code")?.textContent).toBe(text);
  }
});

Deno.test("[CHT-14] characters of markup are escaped once, in every kind of element", () => {
  const source = "x < y & z";
  const everywhere =
    `# ${source}\n\n- ${source} **${source}**\n- [ ] ${source}\n\n> ${source}\n\n` +
    `| ${source} |\n|---|\n| ${source} |\n\n[${source}](https://example.org)`;
  expect(html(everywhere)).not.toContain("&amp;lt;");
  expect(html(everywhere)).not.toContain("&amp;amp;");
  expect(html(everywhere).split("x &lt; y &amp; z").length).toBe(9);
});

Deno.test("[CHT-16] headings, lists, tables, tasks and code are rendered", () => {
  const doc = page(
    "### First\n\n#### Below\n\n3. three\n4. four\n\n- [x] done\n- [ ] open\n\n" +
      "| a | n |\n|---|--:|\n| x | 1 |\n\n```ts\nconst a = 1;\n```\n\n> quoted\n\n---\n\n" +
      "**b** _e_ ~~d~~ line  \nbreak",
  );
  expect(doc.querySelector("h2")?.textContent).toBe("First");
  expect(doc.querySelector("h3")?.textContent).toBe("Below");
  expect(doc.querySelector("ol")?.getAttribute("start")).toBe("3");
  const tasks = [...doc.querySelectorAll("ul.tasks input")];
  expect(tasks.map((t) => t.hasAttribute("checked"))).toEqual([true, false]);
  expect(tasks.map((t) => t.getAttribute("aria-label"))).toEqual(["Done", "To do"]);
  expect(doc.querySelector("div.scroll[tabindex='0'] table td.n")?.textContent).toBe("1");
  expect(doc.querySelector("figure.code")?.getAttribute("aria-label")).toBe("Code, TypeScript");
  expect(doc.querySelector("pre code")?.textContent).toBe("const a = 1;");
  for (const name of ["blockquote p", "hr", "strong", "em", "del", "br"]) {
    expect(doc.querySelector(name)).not.toBeNull();
  }
});

Deno.test("a heading that jumps up is never above the first level below the page's title", () => {
  const doc = page("## Two\n\n# One\n\n###### Six");
  expect([...doc.querySelectorAll("h2,h3,h4,h5,h6")].map((h) => h.localName))
    .toEqual(["h2", "h2", "h6"]);
});

Deno.test("[CHT-14] links open apart and show a host their words do not tell", () => {
  const link = (text: string) => page(text).querySelector("a");
  const plain = link("see https://example.org/a?b=1");
  expect(plain?.getAttribute("rel")).toBe("noopener nofollow noreferrer");
  expect(plain?.getAttribute("target")).toBe("_blank");
  expect(page("https://example.org/a").querySelector(".host")).toBeNull();
  expect(page("[example.org](https://example.org/)").querySelector(".host")).toBeNull();
  const host = (text: string) => page(text).querySelector(".host")?.textContent;
  expect(host("[the report](https://example.org/r)")).toBe(" (example.org)");
  expect(host("[https://bank.example](https://evil.example)")).toBe(" (evil.example)");
  expect(host("[x](https://bank.example@evil.example/)")).toBe(" (evil.example)");
  expect(host("[write](mailto:ada@example.org)")).toBe(" (ada@example.org)");
});

Deno.test("[UI-94] an image from outside is a link, never a request", () => {
  const doc = page("![A chart](https://example.org/c.png)");
  expect(doc.querySelector("img")).toBeNull();
  expect(doc.querySelector("a")?.textContent).toBe("A chart, image from example.org");
});

Deno.test("a code block offers its slot the code and the language", () => {
  const seen: string[][] = [];
  const python = "```py\nx = 1\n```";
  renderToString(
    <Markdown
      text={python}
      codeAction={(code, language) => {
        seen.push([code, language]);
        return null;
      }}
    />,
  );
  expect(seen).toEqual([["x = 1", "Python"]]);
});

Deno.test("unfinished Markdown looks like what it is becoming", () => {
  const text = (source: string) => page(source, true).querySelector(".prose")?.textContent;
  expect(page("so **very", true).querySelector("strong")?.textContent).toBe("very");
  expect(page("so _ve", true).querySelector("em")?.textContent).toBe("ve");
  expect(page("so `co", true).querySelector("code")?.textContent).toBe("co");
  expect(text("so **")).toBe("so ");
  expect(text("read [the rep")).toBe("read the rep");
  expect(text("read [the report](https://exa")).toBe("read the report");
  expect(page("Title\n--", true).querySelector("h2")).toBeNull();
  expect(page("| a | b |\n| -", true).querySelectorAll("th").length).toBe(2);
  expect(page("```ts\nlet a", true).querySelector("pre code")?.textContent).toBe("let a");
  expect(page("```ts\nlet a\n``", true).querySelector("pre code")?.textContent).toBe("let a");
  expect(page("1. one\n2", true).querySelector("p")).toBeNull();
});

Deno.test("a safe link is a whole address of an allowed kind", () => {
  expect(safeLink("https://example.org")?.href).toBe("https://example.org/");
  expect(safeLink("HTTP://EXAMPLE.org/A")?.host).toBe("example.org");
  for (const bad of ["", "example.org", "/x", "javascript:1", "data:,x", "ftp://a.b", "mailto:"]) {
    expect(safeLink(bad)).toBeNull();
  }
});
