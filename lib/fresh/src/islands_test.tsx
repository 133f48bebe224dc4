/** @jsxImportSource preact */
import { computed, signal } from "@preact/signals";
import { parse } from "devalue";
import { expect } from "expect";
import type { ComponentChildren, FunctionComponent, VNode } from "preact";
import { revivers } from "../client/signals.ts";
import { App } from "./app.ts";
import { serializeProps } from "./serialize.ts";
import { html, request, withBuild } from "./testing.ts";

type Props = { children?: ComponentChildren; [name: string]: unknown };

function Counter({ start }: { start: number }) {
  return <button type="button">{start}</button>;
}
function Open({ children, extra }: Props) {
  return <section>{children}{extra as VNode}</section>;
}
function Closed(_: Props) {
  return <section />;
}
function Outer() {
  return (
    <div>
      <Counter start={1} />
    </div>
  );
}

const islands: Record<string, FunctionComponent<never>> = { Counter, Open, Closed, Outer };

function page(content: VNode): App<unknown> {
  return withBuild(new App().get("/", (ctx) => ctx.render(content)), { islands });
}

/** The props that a page sends, read back. */
function sentProps(text: string): Record<string, unknown>[] {
  const literal = /boot\(\{[^}]*\},("(?:[^"\\]|\\.)*")/.exec(text)![1]!;
  const slot = { Slot: ([id]: [number]) => `slot ${id}` };
  return parse(JSON.parse(literal), { ...revivers, ...slot } as never);
}

const bodyOf = (text: string) => /<body>(.*?)(?:<template|<script|<\/body>)/s.exec(text)![1];

Deno.test("a page without islands has not one byte of client code", async () => {
  const res = await request(page(<p>static</p>), "/");
  expect(res.headers.get("link")).toBe(null);
  expect(await res.text()).not.toContain("script");
});

Deno.test("an island is enclosed in comments and started by one script with the nonce", async () => {
  const res = await request(
    page(
      <main>
        <Counter start={3} />
      </main>,
    ),
    "/",
  );
  const text = await res.text();
  expect(bodyOf(text)).toBe(
    `<main><!--frsh:island:Counter:0:--><button type="button">3</button><!--/frsh:island--></main>`,
  );
  expect(text).toMatch(
    /<script type="module" nonce="\w+">import\{boot\}from"\/_fresh\/js\/BUILD\/boot.js";/,
  );
  expect(text).toContain(
    `import{default as i0}from"/_fresh/js/BUILD/Counter.js";boot({"Counter":i0},`,
  );
  expect(sentProps(text)).toEqual([{ start: 3 }]);
});

Deno.test("client modules are announced in the Link header, each once", async () => {
  const res = await request(
    page(
      <main>
        <Counter start={1} />
        <Counter start={2} />
        <Outer />
      </main>,
    ),
    "/",
  );
  expect(res.headers.get("link")).toBe(
    ["boot", "Counter", "chunk", "Outer"].map((name) =>
      `</_fresh/js/BUILD/${name}.js>; rel="modulepreload"; as="script"`
    ).join(", "),
  );
});

Deno.test("a key is part of the marker and cannot end the comment", async () => {
  expect(
    await html(page(
      <main>
        <Counter key="-->a:b" start={1} />
      </main>,
    )),
  )
    .toContain("<!--frsh:island:Counter:0:--%3Ea%3Ab-->");
});

Deno.test("an island rendered by another island is its content", async () => {
  const text = await html(page(
    <main>
      <Outer />
    </main>,
  ));
  expect(text.match(/frsh:island:/g)?.length).toBe(1);
});

Deno.test("JSX passed to an island is a slot, and islands in it are started", async () => {
  const text = await html(page(
    <main>
      <Open extra={<b>2</b>}>
        <i>1</i> <Counter start={1} />
      </Open>
    </main>,
  ));
  expect(bodyOf(text)).toBe(
    `<main><!--frsh:island:Open:0:--><section>` +
      `<!--frsh:slot:1:children--><i>1</i> <!--frsh:island:Counter:1:-->` +
      `<button type="button">1</button><!--/frsh:island--><!--/frsh:slot-->` +
      `<!--frsh:slot:0:extra--><b>2</b><!--/frsh:slot--></section><!--/frsh:island--></main>`,
  );
  expect(sentProps(text)).toEqual([{ extra: "slot 0", children: "slot 1" }, { start: 1 }]);
});

Deno.test("a slot that the island does not render travels in a template", async () => {
  const text = await html(page(
    <main>
      <Closed>
        <i>1</i>
        <Counter start={2} />
      </Closed>
    </main>,
  ));
  expect(text).toContain(
    `<template id="frsh-0-children"><i>1</i><!--frsh:island:Counter:1:-->` +
      `<button type="button">2</button><!--/frsh:island--></template>`,
  );
  expect(sentProps(text)).toEqual([{ children: "slot 0" }, { start: 2 }]);
});

Deno.test("what stands between the tags is in the document and never sent a second time", async () => {
  for (const [children, shown] of [["text", "text"], [7, "7"], [["a", "b"], "ab"]] as const) {
    const text = await html(page(
      <main>
        <Open>{children}</Open>
      </main>,
    ));
    expect(text).toContain(`<!--frsh:slot:0:children-->${shown}<!--/frsh:slot-->`);
    expect(sentProps(text)).toEqual([{ children: "slot 0" }]);
  }
  for (const children of [null, undefined, false]) {
    const text = await html(page(
      <main>
        <Open>{children}</Open>
      </main>,
    ));
    expect(text).not.toContain("frsh:slot");
  }
});

Deno.test("sent props cannot end the script they are in", async () => {
  const title = "</script><script>alert(1)//\u2028";
  const text = await html(page(
    <main>
      <Closed title={title} />
    </main>,
  ));
  expect(text).not.toContain("alert(1)//\u2028");
  expect(text.match(/<\/script>/g)?.length).toBe(1);
  expect(sentProps(text)).toEqual([{ title: "</script><script>alert(1)//\u2028" }]);
});

Deno.test("props keep their types", () => {
  const props = {
    text: "a",
    numbers: [NaN, Infinity, -Infinity, -0, 1.5],
    flags: [true, null, undefined],
    big: 10n,
    date: new Date(0),
    url: new URL("https://x.example/"),
    pattern: /a/gi,
    map: new Map([["a", new Set([1])]]),
    bytes: new Uint8Array([1, 2]),
    // deno-lint-ignore no-sparse-arrays -- sparse arrays are the point
    sparse: [1, , 3],
  };
  const back = parse(serializeProps([props]).text)[0];
  expect(back).toEqual(props);
  expect(Object.is(back.numbers[3], -0)).toBe(true);
  expect(1 in back.sparse).toBe(false);
});

Deno.test("shared and circular values stay what they are", () => {
  const shared: Record<string, unknown> = { n: 1 };
  shared.self = shared;
  const [a, b] = parse(serializeProps([{ shared }, { shared }]).text);
  expect(a.shared).toBe(b.shared);
  expect(a.shared.self).toBe(a.shared);
});

Deno.test("a signal in two islands stays one, a computed one is frozen", () => {
  const count = signal(1);
  const double = computed(() => count.value * 2);
  const { text, hasSignals } = serializeProps([{ count, double }, { count }]);
  expect(hasSignals).toBe(true);
  const [a, b] = parse(text, revivers as never);
  expect(a.count).toBe(b.count);
  a.count.value = 5;
  expect(b.count.value).toBe(5);
  expect(a.double.value).toBe(2);
});

Deno.test("signals are loaded only by pages that send some", async () => {
  const count = signal(1);
  expect(
    await html(page(
      <main>
        <Closed count={count} />
      </main>,
    )),
  ).toContain("signals.js");
  expect(
    await html(page(
      <main>
        <Closed count={1} />
      </main>,
    )),
  ).not.toContain("signals.js");
});

Deno.test("functions and JSX inside objects are refused", () => {
  expect(() => serializeProps([{ onSave: () => {} }])).toThrow("function");
  expect(() => serializeProps([{ item: { node: <p /> } }])).toThrow("not inside an object");
});
