/** @jsxImportSource preact */
import { signal } from "@preact/signals";
import { expect } from "expect";
import { parseHTML } from "linkedom";
import type { ComponentChildren, FunctionComponent, VNode } from "preact";
import { useState } from "preact/hooks";
import { App } from "../src/app.ts";
import { withBuild } from "../src/testing.ts";
import { boot } from "./boot.ts";
import { revivers } from "./signals.ts";

function Counter({ label, count }: { label: string; count: { value: number } }) {
  return <button type="button" id={label} onClick={() => count.value++}>{count as never}</button>;
}

function Toggle({ open, children }: { open: boolean; children?: ComponentChildren }) {
  const [isOpen, setOpen] = useState(open);
  return (
    <section>
      <button type="button" class="toggle" onClick={() => setOpen(!isOpen)}>toggle</button>
      {isOpen && <div class="content">{children}</div>}
    </section>
  );
}

function Broken(): VNode {
  if (inBrowser) throw new Error("broken island");
  return <i>broken</i>;
}

let inBrowser = false;
const islands = { Counter, Toggle, Broken } as Record<string, FunctionComponent<never>>;

/** Renders on the server, hydrates in a document, and hands the document over. */
async function inDocument(
  content: VNode,
  check: (document: Document, errors: unknown[]) => Promise<void>,
): Promise<void> {
  const app = withBuild(new App().get("/", (ctx) => ctx.render(content)), { islands });
  const html = await (await app.handler()(new Request("http://localhost/"))).text();
  const text = /boot\(\{[^}]*\},("(?:[^"\\]|\\.)*")/.exec(html)![1]!;
  const { document } = parseHTML(html);
  const errors: unknown[] = [];
  const globals = {
    document,
    NodeFilter: { SHOW_COMMENT: 128 },
    reportError: (error: unknown) => void errors.push(error),
    requestAnimationFrame: (run: () => void) => setTimeout(run),
    cancelAnimationFrame: clearTimeout,
    scheduler: {
      postTask: (task: () => void) => Promise.resolve().then(task),
    },
  };
  const outer = Object.fromEntries(
    Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]),
  );
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  inBrowser = true;
  try {
    boot(islands as never, JSON.parse(text), revivers as never);
    await settled();
    await check(document as unknown as Document, errors);
  } finally {
    inBrowser = false;
    for (const [name, descriptor] of Object.entries(outer)) {
      if (descriptor === undefined) delete (globalThis as Record<string, unknown>)[name];
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}

/** Lets pending microtasks and timers of Preact run. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve));
}

const click = async (element: Element | null) => {
  const { Event } = element!.ownerDocument.defaultView as unknown as {
    Event: typeof globalThis.Event;
  };
  element!.dispatchEvent(new Event("click", { bubbles: true }));
  await settled();
};

Deno.test("islands take over the nodes of the server and share their signals", async () => {
  const count = signal(3);
  const content = (
    <main>
      <Counter label="a" count={count} />
      <p>between</p>
      <Counter label="b" count={count} />
    </main>
  );
  await inDocument(content, async (document, errors) => {
    expect(errors).toEqual([]);
    const [a, b] = [document.getElementById("a")!, document.getElementById("b")!];
    await click(a);
    await click(b);
    expect([a.textContent, b.textContent]).toEqual(["5", "5"]);
    expect(document.getElementById("a")).toBe(a);
    expect(document.querySelector("main")!.children.length).toBe(3);
    expect(document.querySelector("p")!.textContent).toBe("between");
  });
});

Deno.test("a slot is adopted, and its island works and survives being closed", async () => {
  const count = signal(1);
  const content = (
    <main>
      <Toggle open>
        <em class="x">text</em>
        <Counter label="in" count={count} />
      </Toggle>
    </main>
  );
  await inDocument(content, async (document, errors) => {
    expect(errors).toEqual([]);
    await click(document.getElementById("in"));
    expect(document.getElementById("in")!.textContent).toBe("2");
    await click(document.querySelector(".toggle"));
    expect(document.querySelector(".content")).toBe(null);
    await click(document.querySelector(".toggle"));
    expect(document.querySelector(".content em.x")!.textContent).toBe("text");
    expect(document.getElementById("in")!.textContent).toBe("2");
  });
});

Deno.test("a slot that was not rendered is taken from its template", async () => {
  const content = (
    <main>
      <Toggle open={false}>
        <em class="y">hidden</em>
      </Toggle>
    </main>
  );
  await inDocument(content, async (document) => {
    expect(document.querySelector("main em")).toBe(null);
    await click(document.querySelector(".toggle"));
    expect(document.querySelector("main em.y")!.textContent).toBe("hidden");
  });
});

Deno.test("an island that fails does not keep the others from starting", async () => {
  const count = signal(1);
  const content = (
    <main>
      <Broken />
      <Counter label="c" count={count} />
    </main>
  );
  await inDocument(content, async (document, errors) => {
    expect(errors).toEqual([new Error("broken island")]);
    await click(document.getElementById("c"));
    expect(document.getElementById("c")!.textContent).toBe("2");
  });
});

Deno.test("torn markup is reported instead of hydrated", async () => {
  const { document } = parseHTML("<main><!--frsh:island:Counter:0:--><p></p></main>");
  const errors: unknown[] = [];
  const names = ["document", "NodeFilter", "reportError", "scheduler"] as const;
  const values = [
    document,
    { SHOW_COMMENT: 128 },
    (error: unknown) => void errors.push(error),
    { postTask: (task: () => void) => Promise.resolve().then(task) },
  ];
  const outer = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  names.forEach((name, i) =>
    Object.defineProperty(globalThis, name, { value: values[i], configurable: true })
  );
  try {
    boot(islands as never, "[[1],{}]");
    await settled();
  } finally {
    names.forEach((name, i) => {
      if (outer[i] === undefined) delete (globalThis as Record<string, unknown>)[name];
      else Object.defineProperty(globalThis, name, outer[i]);
    });
  }
  expect(String(errors[0])).toContain('Cannot start island "Counter"');
});
