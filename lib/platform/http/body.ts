import { Problem, validationFailed } from "../problem.ts";

/** Largest body of a request, in bytes. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_DEPTH = 20;
const MAX_ELEMENTS = 10_000;
/** A body that has not arrived after this long is given up. */
const SLOW_BODY_MS = 30_000;

function tooLarge(max: number): Problem {
  return new Problem(
    "body_too_large",
    413,
    "The request is too large",
    `This request may have at most ${Math.floor(max / 1024 / 1024)} MiB; send less at once`,
  );
}

function tooSlow(): Problem {
  return validationFailed([{
    path: "",
    code: "slow",
    message: "The body took more than 30 seconds to arrive",
  }]);
}

/**
 * Reads a JSON body within the limits of size, time, depth and length.
 *
 * @throws Problem 413 `body_too_large`, 415 `unsupported_media_type`, 400 `validation_failed`
 */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1] ?? "utf-8";
  if (!/^application\/json\s*(?:;|$)/i.test(type) || !/^utf-?8$/i.test(charset)) {
    throw new Problem(
      "unsupported_media_type",
      415,
      "This kind of content is not accepted",
      "Send JSON in UTF-8 with Content-Type: application/json",
    );
  }
  if (request.headers.get("content-encoding")) {
    throw new Problem(
      "unsupported_media_type",
      415,
      "This kind of content is not accepted",
      "Send the body without compression",
    );
  }
  const bytes = await readBytes(request, MAX_BODY_BYTES);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw validationFailed([{
      path: "",
      code: "encoding",
      message: "The body is not valid UTF-8",
    }]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw validationFailed([{ path: "", code: "json", message: "The body is not valid JSON" }]);
  }
  checkShape(value, 0);
  return value;
}

/** Reads at most `max` bytes of a body. @throws Problem 413 `body_too_large`, 400 when it is slow */
export async function readBytes(request: Request, max: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > max) {
    await request.body?.cancel().catch(() => {});
    throw tooLarge(max);
  }
  if (!request.body) return new Uint8Array(0);
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let slow = false;
  const timer = setTimeout(() => {
    slow = true;
    reader.cancel("slow").catch(() => {});
  }, SLOW_BODY_MS);
  try {
    while (true) {
      const { done, value } = await reader.read();
      // What came so far is not the whole, even where it could be read as such.
      if (slow) throw tooSlow();
      if (done) break;
      size += value.length;
      if (size > max) {
        await reader.cancel().catch(() => {});
        throw tooLarge(max);
      }
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function checkShape(value: unknown, depth: number): void {
  if (value === null || typeof value !== "object") return;
  const fault = (code: string, message: string) => validationFailed([{ path: "", code, message }]);
  if (depth >= MAX_DEPTH) {
    throw fault("depth", `The body is nested deeper than ${MAX_DEPTH} levels`);
  }
  if (Array.isArray(value)) {
    if (value.length > MAX_ELEMENTS) {
      throw fault("length", `A list has more than ${MAX_ELEMENTS} items`);
    }
    for (const item of value) checkShape(item, depth + 1);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (key === "__proto__" || key === "constructor" || key === "prototype") {
      throw fault("unrecognized_keys", `${JSON.stringify(key)} is not a field`);
    }
    checkShape(item, depth + 1);
  }
}
