/** How many Unicode code points a text has; lengths and offsets of the contract count these. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++, count++) {
    if (isLeading(text.charCodeAt(i)) && isTrailing(text.charCodeAt(i + 1))) i++;
  }
  return count;
}

/** The first `count` code points of a text. */
export function takeCodePoints(text: string, count: number): string {
  let i = 0;
  for (let seen = 0; i < text.length && seen < count; i++, seen++) {
    if (isLeading(text.charCodeAt(i)) && isTrailing(text.charCodeAt(i + 1))) i++;
  }
  return text.slice(0, i);
}

function isLeading(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isTrailing(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
