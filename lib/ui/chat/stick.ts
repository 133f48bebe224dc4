/** Distance from the end, in pixels, within which the reader counts as being at the end. */
export const STICK_PX = 40;

/** The measures of a box that scrolls. */
export interface ScrollBox {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/** How far the end of the content is below the lower edge of the box, in pixels. */
export function distanceFromEnd(box: ScrollBox): number {
  return Math.max(0, box.scrollHeight - box.clientHeight - box.scrollTop);
}

/** Decides whether a log that grows moves with its end (UI-63). */
export interface Stick {
  readonly stuck: boolean;
  /** The reader moved up, by wheel, touch, key or selection. */
  release(): void;
  /** The box was scrolled: near its end it sticks again. */
  scrolled(box: ScrollBox): void;
  /** Content was added. Moves to the end when stuck. */
  grown(box: ScrollBox): void;
  /** Goes to the end and stays there: sending, or the button. */
  toEnd(box: ScrollBox): void;
}

/** A log that starts at its end. `onChange` hears when it starts or stops to stick. */
export function createStick(onChange: (stuck: boolean) => void): Stick {
  let stuck = true;
  let height = -1;
  const set = (value: boolean) => {
    if (value !== stuck) onChange(stuck = value);
  };
  return {
    get stuck() {
      return stuck;
    },
    release: () => set(false),
    scrolled(box) {
      // A box whose content changed scrolls by itself; only the reader's own moving up counts.
      const changed = box.scrollHeight !== height;
      height = box.scrollHeight;
      const near = distanceFromEnd(box) <= STICK_PX;
      if (near || !changed) set(near);
    },
    grown(box) {
      height = box.scrollHeight;
      if (stuck) box.scrollTop = box.scrollHeight;
    },
    toEnd(box) {
      height = box.scrollHeight;
      set(true);
      box.scrollTop = box.scrollHeight;
    },
  };
}
