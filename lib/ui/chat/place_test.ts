import { expect } from "expect";
import { createPlaces } from "./place.ts";

Deno.test("[UI-63] the place in a conversation is kept apart by conversation and can be given up", () => {
  const kept = new Map<string, string>();
  const places = createPlaces({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  });
  expect(places.read("a")).toBe(null);
  places.write("a", { messageId: "m1", offset: -12.4 });
  places.write("b", { messageId: "m2", offset: 3 });
  expect(places.read("a")).toEqual({ messageId: "m1", offset: -12 });
  places.write("a", null);
  expect(places.read("a")).toBe(null);
  expect(places.read("b")).toEqual({ messageId: "m2", offset: 3 });
  kept.set("nova:place:c", "what is this");
  expect(places.read("c")).toBe(null);
});

Deno.test("[UI-63] a store that is forbidden loses the place and nothing else", () => {
  const forbidden = () => {
    throw new DOMException("no", "SecurityError");
  };
  const places = createPlaces({
    getItem: forbidden,
    setItem: forbidden,
    removeItem: forbidden,
  });
  places.write("a", { messageId: "m1", offset: 0 });
  expect(places.read("a")).toBe(null);
  expect(createPlaces(undefined).read("a")).toBe(null);
});
