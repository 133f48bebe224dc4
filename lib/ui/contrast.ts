/** Variables of a stylesheet by name, with the value as written. */
export type Variables = Readonly<Record<string, string>>;

/** The declarations of the first block whose selector line contains `selector`. */
export function variablesOf(css: string, selector: string): Variables {
  const text = css.replace(/\/\*[\s\S]*?\*\//g, "");
  const start = text.indexOf(selector);
  if (start < 0) throw new Error(`No block for "${selector}"`);
  const open = text.indexOf("{", start);
  const body = text.slice(open + 1, text.indexOf("}", open));
  return Object.fromEntries(
    [...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((m) => [m[1]!, m[2]!.replace(/\s+/g, " ")]),
  );
}

/** What a variable comes to in a light or dark scheme, as `oklch(…)`. */
export function resolve(name: string, variables: Variables, dark: boolean): string {
  let value = variables[name];
  for (let depth = 0; value !== undefined && depth < 12; depth++) {
    if (value.startsWith("light-dark(")) value = splitPair(value.slice(11, -1))[dark ? 1 : 0];
    else if (value.startsWith("var(")) value = variables[value.slice(4, -1).trim()];
    else return value;
  }
  throw new Error(`"${name}" does not come to a colour`);
}

/** `a, b` at the outermost comma. */
function splitPair(text: string): [string, string] {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (text[i] === "," && depth === 0) return [text.slice(0, i).trim(), text.slice(i + 1).trim()];
  }
  throw new Error(`"${text}" is no pair`);
}

/** Linear sRGB of `oklch(L C h)`, clipped to the gamut (Ottosson, "A perceptual color space"). */
export function oklchToLinear(colour: string): [number, number, number] {
  const parts = /^oklch\(([^)/]+)\)$/.exec(colour)?.[1]?.trim().split(/\s+/).map(Number);
  if (!parts || parts.length !== 3) throw new Error(`"${colour}" is no opaque oklch colour`);
  const [lightness, chroma, hue] = parts as [number, number, number];
  const a = chroma * Math.cos(hue * Math.PI / 180);
  const b = chroma * Math.sin(hue * Math.PI / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (x: number) => Math.min(1, Math.max(0, x));
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Contrast of two colours by WCAG 2.2: 1 (equal) to 21 (black on white). */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((x, y) => y - x) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = oklchToLinear(colour);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
