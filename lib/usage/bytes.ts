const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A size for people, in binary units with at most one decimal: `3.3 KiB`, `1 GiB`. */
export function humanBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // From here on the rounded number would be 1024.
  while (Math.abs(value) >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const rounded = Math.round(value * 10) / 10;
  return `${rounded} ${UNITS[unit]}`;
}
