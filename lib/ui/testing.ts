import { parseHTML } from "linkedom";
import { options, render } from "preact";

/** Gives tests a document to render into; without one, components are only strings. */
export async function withDocument(
  work: (root: HTMLElement) => Promise<void> | void,
): Promise<void> {
  const { document } = parseHTML("<!doctype html><html><body><div id=root></div></body></html>");
  const root = document.getElementById("root") as unknown as HTMLElement;
  const globals: Record<string, unknown> = {
    document,
    requestAnimationFrame: (run: () => void) => setTimeout(run),
    cancelAnimationFrame: clearTimeout,
  };
  const outer = Object.keys(globals).map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const
  );
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  // Preact looks for frames when it is loaded, and without them waits much longer than one.
  const paints = options.requestAnimationFrame;
  options.requestAnimationFrame = (run) => setTimeout(run);
  try {
    await work(root);
    render(null, root);
    await drawn();
  } finally {
    options.requestAnimationFrame = paints;
    for (const [name, descriptor] of outer) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete (globalThis as Record<string, unknown>)[name];
    }
  }
}

/** Waits for what was put off to the next frames. */
export async function drawn(frames = 3): Promise<void> {
  for (let n = 0; n < frames; n++) await new Promise((resolve) => setTimeout(resolve));
}
