/** Least time between two drawings of a growing answer, in milliseconds. */
export const LEAST_MS = 32;

/** How many times as long as it took to draw the page is left alone afterwards (UI-88). */
export const REST = 3;

/** What pacing needs from the browser. Times are in milliseconds. */
export interface Paces {
  now(): number;
  after(ms: number, work: () => void): void;
  /** Before the next picture; soon, where none is drawn. */
  frame(work: () => void): void;
}

/**
 * Runs only the latest of many changes, in a frame of its own, and then leaves the thread to others
 * for {@link REST} times as long as that frame took. A slow device shows fewer steps of the same
 * text instead of losing its keys and its scrolling.
 */
export function createPacer(paces: Paces): (change: () => void) => void {
  let waiting: (() => void) | null = null;
  let free = -Infinity;
  const draw = () => {
    const change = waiting;
    waiting = null;
    const began = paces.now();
    free = began + LEAST_MS;
    change?.();
    // A task of its own comes after style, layout and paint of this frame.
    paces.after(0, () => {
      const took = paces.now() - began;
      free = Math.max(free, paces.now() + took * REST);
    });
  };
  return (change) => {
    if (waiting === null) {
      const wait = free - paces.now();
      if (wait > 0) paces.after(wait, () => paces.frame(draw));
      else paces.frame(draw);
    }
    waiting = change;
  };
}

/** The frames and the clock of this page. A hidden page has no frames, so a timer stands in. */
export function browserPaces(): Paces {
  return {
    now: () => performance.now(),
    after: (ms, work) => void setTimeout(work, ms),
    frame(work) {
      if (document.hidden) setTimeout(work, 100);
      else requestAnimationFrame(work);
    },
  };
}
