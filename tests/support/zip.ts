import { expect } from "expect";

/** The files of an archive, read back the way any program reads a ZIP. */
export async function unzip(bytes: Uint8Array): Promise<Map<string, string>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const files = new Map<string, string>();
  const end = bytes.length - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  let at = view.getUint32(end + 16, true);
  for (let n = view.getUint16(end + 10, true); n > 0; n--) {
    expect(view.getUint32(at, true)).toBe(0x02014b50);
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const length = view.getUint16(at + 28, true);
    const offset = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length));
    const start = offset + 30 + view.getUint16(offset + 26, true);
    const data = new Blob([bytes.slice(start, start + packed)]).stream()
      .pipeThrough(new DecompressionStream("deflate-raw"));
    const text = await new Response(data).text();
    expect(new TextEncoder().encode(text).length).toBe(size);
    files.set(name, text);
    at += 46 + length;
  }
  return files;
}
