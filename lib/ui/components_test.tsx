import { expect } from "expect";
import { parseHTML } from "linkedom";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { Button } from "./button.tsx";
import { Card } from "./card.tsx";
import { Checkbox, ErrorSummary, TextField } from "./field.tsx";
import { AppShell, SkipLinks } from "./frame.tsx";
import { Gallery } from "./gallery.tsx";
import { MemoryChip } from "./memory_chip.tsx";
import { Banner, ErrorCard } from "./notice.tsx";
import { Menu } from "./overlay.tsx";
import { ProgressRing, ScoreBar } from "./progress.tsx";

const dom = (node: ComponentChildren) =>
  parseHTML(`<!doctype html><body>${renderToString(<div>{node}</div>)}</body>`).document;

const nav = [
  { href: "/chat", label: "Chat", icon: "chat" },
  { href: "/memory", label: "Memory", icon: "memory" },
] as const;
const user = { displayName: "Ada Lovelace", email: "ada@example.org" };

function Shell({ mini }: { mini?: boolean }) {
  return (
    <AppShell
      nav={nav}
      path="/memory/0198"
      user={user}
      mini={mini}
      quota={{ percent: 83, percentText: "83%", level: "notice" }}
    >
      <main id="main">x</main>
    </AppShell>
  );
}

Deno.test("no component writes a style attribute, which the content security policy blocks", () => {
  for (const page of [dom(<Gallery />), dom(<Shell />), dom(<Shell mini />)]) {
    expect(page.querySelectorAll("[style]").length).toBe(0);
  }
});

Deno.test("[UI-65] ids are unique and every reference to one leads somewhere", () => {
  for (const page of [dom(<Gallery />), dom(<Shell />)]) {
    const ids = [...page.querySelectorAll("[id]")].map((e) => e.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const name of ["aria-labelledby", "aria-describedby", "for", "popovertarget"]) {
      for (const element of page.querySelectorAll(`[${name}]`)) {
        for (const id of element.getAttribute(name)!.split(" ")) expect(ids).toContain(id);
      }
    }
  }
});

Deno.test("[UI-65] every control has a name", () => {
  for (const page of [dom(<Gallery />), dom(<Shell />)]) {
    for (const control of page.querySelectorAll("button, a, input, select, textarea, progress")) {
      const named = control.getAttribute("aria-label") ?? control.textContent?.trim() ??
        "";
      const labelled = page.querySelector(`label[for="${control.id}"]`) ?? control.closest("label");
      expect({ html: control.outerHTML, named: named !== "" || labelled !== null })
        .toMatchObject({ named: true });
    }
  }
});

Deno.test("a busy or disabled button keeps its label, says why and does nothing", () => {
  const page = dom(
    <>
      <Button busy>Saving</Button>
      <Button disabledReason="Nothing changed yet">Save</Button>
    </>,
  );
  const [busy, off] = [...page.querySelectorAll("button")];
  expect(busy?.textContent).toBe("Saving");
  expect(busy?.getAttribute("aria-busy")).toBe("true");
  expect(off?.getAttribute("aria-disabled")).toBe("true");
  expect(off?.getAttribute("title")).toBe("Nothing changed yet");
});

Deno.test("[UI-59] an error stands at its field, is tied to it, and is listed in the summary", () => {
  const page = dom(
    <>
      <ErrorSummary faults={[{ id: "email", message: "Write your e-mail" }]} />
      <TextField id="email" label="E-mail" error="Write your e-mail" hint="never shown" />
      <Checkbox id="terms" label="I agree" error="Agree to go on" />
    </>,
  );
  const email = page.querySelector("#email");
  expect(email?.getAttribute("aria-invalid")).toBe("true");
  expect(page.querySelector(`#${email?.getAttribute("aria-describedby")}`)?.textContent)
    .toContain("Write your e-mail");
  expect(page.querySelector(".summary a")?.getAttribute("href")).toBe("#email");
  expect(page.querySelector("#terms")?.getAttribute("aria-describedby")).toBe("terms-err");
  expect(page.body.textContent).not.toContain("never shown");
});

Deno.test("[UI-69] a tier is told by glyph, ground and abbreviation, or by words for readers", () => {
  const chip = dom(<MemoryChip tier="itm" label="Talk on Thursday" href="/memory/1" />)
    .querySelector("a.mem");
  expect(chip?.getAttribute("data-tier")).toBe("itm");
  expect(chip?.querySelector("use")?.getAttribute("href")).toBe("/icons.svg#itm");
  expect(chip?.querySelector("abbr")?.getAttribute("title")).toBe("Mid-term memory");
  const quiet = dom(<MemoryChip tier="ltm" label="x" quiet />).querySelector(".sr");
  expect(quiet?.textContent).toBe(", Long-term memory");
});

Deno.test("a forgotten memory shows no text", () => {
  const chip = dom(<MemoryChip tier="ltm" label="a secret" state="forgotten" />);
  expect(chip.body.textContent).not.toContain("a secret");
});

Deno.test("[UI-5] the shell has skip links, marks the present entry and shows today's share", () => {
  const page = dom(<Shell />);
  expect([...page.querySelectorAll(".skip")].map((a) => a.getAttribute("href")))
    .toEqual(["#main", "#nav"]);
  const here = [...page.querySelectorAll("[aria-current=page]")].map((a) => a.getAttribute("href"));
  expect(here).toEqual(["/memory", "/memory"]);
  expect(page.querySelector(".stat")?.getAttribute("aria-label")).toContain("83%");
  expect(page.querySelector("form[action='/settings/sign-out'] button")?.textContent)
    .toBe("Sign out");
});

Deno.test("text with markup is escaped once, wherever a component puts it", () => {
  const text = "a < b & c";
  const html = renderToString(
    <>
      <Card title={text} id="t">{text} {text}</Card>
      <Banner lead={text}>{text} {text}</Banner>
      <ErrorCard title={text}>{text} {text}</ErrorCard>
      <Button>{text} {text}</Button>
      <Menu id="m" label={text}>{text} {text}</Menu>
      <SkipLinks links={[{ href: "#x", label: text }]} />
    </>,
  );
  expect(html).not.toContain("&amp;lt;");
  expect(html).not.toContain("&amp;amp;");
});

Deno.test("[UI-53] the parts of a score are drawn one after the other and told in words", () => {
  const page = dom(
    <ScoreBar
      parts={[{ label: "matches meaning", amount: 0.41 }, { label: "recent", amount: 0.1 }]}
    />,
  );
  const [first, second] = [...page.querySelectorAll("rect")];
  expect(Number(first?.getAttribute("x"))).toBe(0);
  expect(Number(second?.getAttribute("x"))).toBeCloseTo(41);
  expect([...page.querySelectorAll("li")].map((li) => li.textContent))
    .toEqual(["matches meaning 0.41", "recent 0.10"]);
});

Deno.test("a ring clips its value and draws nothing at zero", () => {
  const circles = (percent: number) =>
    dom(<ProgressRing percent={percent} />)
      .querySelectorAll("circle");
  expect(circles(0).length).toBe(1);
  expect(circles(250)[1]?.getAttribute("stroke-dasharray")).toBe("100 100");
});
