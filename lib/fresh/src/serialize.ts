import { computed, Signal } from "@preact/signals";
import { stringify } from "devalue";
import { isVNode } from "./patch.ts";

/** Stands in a sent prop for JSX that the document holds. */
export class SlotRef {
  constructor(readonly slot: number) {}
}

// The class of computed signals is not exported.
const computedPrototype = Object.getPrototypeOf(computed(() => 0));

/** Sent props, and whether the client needs signals to read them. */
export interface SerializedProps {
  text: string;
  hasSignals: boolean;
}

/**
 * Writes the props of a page's islands as one text, so that what they share
 * stays shared. Signals carry their value; a computed one is frozen.
 * @throws DevalueError for functions and classes, Error for JSX inside an object.
 */
export function serializeProps(props: Record<string, unknown>[]): SerializedProps {
  let hasSignals = false;
  const text = stringify(props, {
    Slot: (value: unknown) => value instanceof SlotRef ? [value.slot] : false,
    Computed: (value: unknown) => {
      if (
        !(value instanceof Signal) ||
        Object.getPrototypeOf(value) !== computedPrototype
      ) {
        return false;
      }
      hasSignals = true;
      return [value.peek()];
    },
    Signal: (value: unknown) => {
      if (!(value instanceof Signal)) return false;
      hasSignals = true;
      return [value.peek()];
    },
    VNode: (value: unknown) => {
      if (!isVNode(value)) return false;
      throw new Error("JSX can be passed to an island as a prop, but not inside an object");
    },
  });
  return { text: text.replace(/\\(u003C|.)/g, unescapeLess), hasSignals };
}

/** What the text is put into escapes `<` itself; done twice it would only be longer. */
function unescapeLess(escape: string, char: string): string {
  return char === "u003C" ? "<" : escape;
}
