import { memory } from "./en/memory.ts";
import type { Texts } from "./texts.ts";

/** Words of the memory page. */
export function memoryText(_locale = "en"): Texts<typeof memory> {
  return memory;
}
