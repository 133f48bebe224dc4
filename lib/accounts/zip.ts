/** A file of an archive; its content comes in pieces. */
export interface ZipFile {
  /** Path inside the archive, with `/`. */
  name: string;
  at: Date;
  content: AsyncIterable<string>;
}

const encoder = new TextEncoder();
const CRC = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function crc32(crc: number, bytes: Uint8Array): number {
  let c = ~crc >>> 0;
  for (const byte of bytes) c = (CRC[(c ^ byte) & 0xff]! ^ (c >>> 8)) >>> 0;
  return ~c >>> 0;
}

/** Date and time as DOS wrote them, in UTC. */
function dosTime(at: Date): { date: number; time: number } {
  return {
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
}

/** Little-endian numbers of two (`s`) and four (`l`) bytes. */
function pack(fields: readonly ["s" | "l", number][]): Uint8Array<ArrayBuffer> {
  const size = fields.reduce((sum, [kind]) => sum + (kind === "s" ? 2 : 4), 0);
  const view = new DataView(new ArrayBuffer(size));
  let at = 0;
  for (const [kind, value] of fields) {
    if (kind === "s") view.setUint16(at, value, true);
    else view.setUint32(at, value >>> 0, true);
    at += kind === "s" ? 2 : 4;
  }
  return new Uint8Array(view.buffer);
}

/** Sizes follow the data (bit 3), names are UTF-8 (bit 11), data is deflated. */
const FLAGS = 0x0808;
const DEFLATE = 8;

interface Entry {
  name: Uint8Array<ArrayBuffer>;
  at: Date;
  offset: number;
  crc: number;
  packed: number;
  size: number;
}

/**
 * Writes a ZIP archive (APPNOTE 6.3) piece by piece, so that it never has to fit into memory.
 * Archives of 4 GiB and more are refused.
 */
export async function* zip(files: AsyncIterable<ZipFile>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const entries: Entry[] = [];
  let offset = 0;
  const out = (bytes: Uint8Array<ArrayBuffer>) => {
    offset += bytes.length;
    if (offset > 0xffffffff) throw new RangeError("The archive is larger than 4 GiB");
    return bytes;
  };
  for await (const file of files) {
    const entry: Entry = {
      name: encoder.encode(file.name),
      at: file.at,
      offset,
      crc: 0,
      packed: 0,
      size: 0,
    };
    yield out(localHeader(entry));
    for await (const piece of deflated(file.content, entry)) {
      entry.packed += piece.length;
      yield out(piece);
    }
    yield out(pack([["l", 0x08074b50], ["l", entry.crc], ["l", entry.packed], ["l", entry.size]]));
    entries.push(entry);
  }
  const start = offset;
  for (const entry of entries) yield out(centralHeader(entry));
  const size = offset - start;
  yield pack([
    ["l", 0x06054b50],
    ["s", 0],
    ["s", 0],
    ["s", entries.length],
    ["s", entries.length],
    ["l", size],
    ["l", start],
    ["s", 0],
  ]);
}

async function* deflated(
  content: AsyncIterable<string>,
  entry: Entry,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const counted = async function* () {
    for await (const text of content) {
      const bytes = encoder.encode(text);
      entry.crc = crc32(entry.crc, bytes);
      entry.size += bytes.length;
      yield bytes;
    }
  };
  yield* ReadableStream.from(counted()).pipeThrough(new CompressionStream("deflate-raw"));
}

function joined(...parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function localHeader({ name, at }: Entry): Uint8Array<ArrayBuffer> {
  const { date, time } = dosTime(at);
  return joined(
    pack([
      ["l", 0x04034b50],
      ["s", 20],
      ["s", FLAGS],
      ["s", DEFLATE],
      ["s", time],
      ["s", date],
      ["l", 0],
      ["l", 0],
      ["l", 0],
      ["s", name.length],
      ["s", 0],
    ]),
    name,
  );
}

function centralHeader(entry: Entry): Uint8Array<ArrayBuffer> {
  const { date, time } = dosTime(entry.at);
  return joined(
    pack([
      ["l", 0x02014b50],
      ["s", 20],
      ["s", 20],
      ["s", FLAGS],
      ["s", DEFLATE],
      ["s", time],
      ["s", date],
      ["l", entry.crc],
      ["l", entry.packed],
      ["l", entry.size],
      ["s", entry.name.length],
      ["s", 0],
      ["s", 0],
      ["s", 0],
      ["s", 0],
      ["l", 0],
      ["l", entry.offset],
    ]),
    entry.name,
  );
}
