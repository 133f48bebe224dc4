// Loaded only when the props of a page contain signals.
import { computed, signal } from "@preact/signals";

/** Reads signals; a computed one cannot be sent, so its value stays what it was. */
export const revivers = {
  Signal: ([value]: [unknown]) => signal(value),
  Computed: ([value]: [unknown]) => computed(() => value),
};
