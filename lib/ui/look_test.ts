import { expect } from "expect";
import { DEFAULT_LOOK, type Look, lookAttributes, lookCookie, lookFromCookie } from "./look.ts";

const chosen: Look = {
  theme: "contrast",
  size: "largest",
  motion: "reduced",
  spacing: "wide",
  density: "compact",
  links: "underlined",
  announce: "end",
};

Deno.test("[UI-67] a look survives its cookie", () => {
  const pair = lookCookie(chosen).split(";")[0]!;
  expect(lookFromCookie(`a=b; ${pair}; c=d`)).toEqual(chosen);
});

Deno.test("[UI-67] what is unknown or missing keeps its default", () => {
  expect(lookFromCookie(null)).toEqual(DEFAULT_LOOK);
  expect(lookFromCookie("nova_look=theme:<script>.size:huge.motion:reduced")).toEqual({
    ...DEFAULT_LOOK,
    motion: "reduced",
  });
});

Deno.test("[UI-67] what follows the device sets no attribute", () => {
  expect(Object.values(lookAttributes(DEFAULT_LOOK)).every((v) => v === undefined)).toBe(true);
  expect(lookAttributes(chosen)["data-theme"]).toBe("contrast");
});
