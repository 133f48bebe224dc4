import { trusted } from "./trusted.ts";

// Brings the head of a response into the head that is there. Nothing is taken
// out: what the rest of the page put there is still needed.

/** Attributes by which a meta element is the same one. */
const META = ["name", "property", "http-equiv", "itemprop"];

function equal(element: Element, other: Element, names: readonly string[]): boolean {
  return names.some((name) => {
    const value = element.getAttribute(name);
    return value !== null && value === other.getAttribute(name);
  });
}

function find(selector: string, is: (element: Element) => boolean): Element | undefined {
  return [...document.head.querySelectorAll(selector)].find(is);
}

/** A copy that may be added here. */
function adopt(element: Element): HTMLElement {
  if (element.localName !== "script") return document.importNode(element, true) as HTMLElement;
  const script = document.createElement("script");
  for (const { name, value } of element.attributes) script.setAttribute(name, value);
  script.text = trusted.createScript(element.textContent ?? "");
  return script;
}

/** Scripts of such a type are data; others would run, which is not theirs to do here. */
function isData(element: Element): boolean {
  const type = element.getAttribute("type") ?? "";
  return /[/+]json$|^speculationrules$/.test(type);
}

function mergeText(element: Element): void {
  const { localName, textContent } = element;
  const named = find(localName, (there) => equal(there, element, ["id", "data-key"]));
  const isSame = (there: Element) =>
    there.textContent === textContent &&
    there.getAttribute("type") === element.getAttribute("type");
  if (named ? isSame(named) : find(localName, isSame)) return;
  if (named) named.replaceWith(adopt(element));
  else document.head.append(adopt(element));
}

/** Takes over the title, meta elements, styles and data scripts of a response. */
export function mergeHead(from: Document): void {
  for (const element of from.head.children) {
    const tag = element.localName;
    if (tag === "title") document.title = from.title;
    else if (tag === "meta") mergeMeta(element);
    else if (tag === "style" || (tag === "script" && isData(element))) mergeText(element);
  }
}

function mergeMeta(element: Element): void {
  const same = find("meta", (there) => equal(there, element, META));
  const content = element.getAttribute("content");
  if (same) same.setAttribute("content", content ?? "");
  else if (META.some((name) => element.hasAttribute(name))) document.head.append(adopt(element));
}

/** Adds the stylesheets that a response has more, and waits for them. */
export async function loadStyles(from: Document): Promise<void> {
  const here = (there: Element) => (there as HTMLLinkElement).href;
  const waiting: Promise<void>[] = [];
  for (const link of from.head.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")) {
    const copy = adopt(link) as HTMLLinkElement;
    if (find("link[rel=stylesheet]", (there) => here(there) === copy.href)) continue;
    waiting.push(
      new Promise((done) => {
        // A sheet that cannot be had must not keep the content back.
        copy.onload = copy.onerror = () => done();
      }),
    );
    document.head.append(copy);
  }
  await Promise.all(waiting);
}
