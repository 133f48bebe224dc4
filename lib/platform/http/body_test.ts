import { expect } from "expect";
import type { FieldError, Problem } from "../problem.ts";
import { MAX_BODY_BYTES, readBytes, readJson } from "./body.ts";

function request(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://nova.test/", {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

/** The code of a problem and of its first fault. */
async function refusal(sent: Request): Promise<unknown[]> {
  const problem = await readJson(sent).then(() => null, (error) => error as Problem);
  const errors = problem?.extra.errors as FieldError[] | undefined;
  return [problem?.status, problem?.code, errors?.[0]?.code];
}

Deno.test("[API-1] a JSON body is read as it is", async () => {
  const value = { text: "Zoë 👍", list: [1, null, { deep: true }] };
  expect(await readJson(request(JSON.stringify(value)))).toEqual(value);
  const charset = { "content-type": "Application/JSON; charset=utf-8" };
  expect(await readJson(request("1", charset))).toBe(1);
});

Deno.test("other kinds of content are 415", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""]) {
    expect(await refusal(request("{}", { "content-type": type })))
      .toEqual([415, "unsupported_media_type", undefined]);
  }
  expect(await refusal(request("{}", { "content-encoding": "gzip" })))
    .toEqual([415, "unsupported_media_type", undefined]);
});

Deno.test("[CHT-12] a body above 10 MiB is 413, announced or not", async () => {
  const chunk = new Uint8Array(1024 * 1024).fill(0x20);
  const stream = (chunks: number) => {
    let sent = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ < chunks) controller.enqueue(chunk);
        else controller.close();
      },
      cancel: () => void (cancelled = true),
    });
    return { body, sent: () => sent, cancelled: () => cancelled };
  };
  const endless = stream(1_000);
  expect(await refusal(request(endless.body))).toEqual([413, "body_too_large", undefined]);
  expect(endless.cancelled()).toBe(true);
  expect(endless.sent()).toBeLessThan(15);

  const announced = stream(1_000);
  const length = { "content-length": String(MAX_BODY_BYTES + 1) };
  expect(await refusal(request(announced.body, length))).toEqual([
    413,
    "body_too_large",
    undefined,
  ]);
  expect(announced.sent()).toBeLessThan(3);

  expect(await readBytes(request(stream(10).body), MAX_BODY_BYTES)).toHaveLength(MAX_BODY_BYTES);
});

Deno.test("broken UTF-8 and broken JSON are told apart", async () => {
  expect(await refusal(request(new Uint8Array([0x22, 0xff, 0x22]))))
    .toEqual([400, "validation_failed", "encoding"]);
  for (const text of ["", "{", "{'a':1}", "1 2", "NaN"]) {
    expect(await refusal(request(text))).toEqual([400, "validation_failed", "json"]);
  }
});

Deno.test("nesting and length are bounded", async () => {
  await readJson(request(nested(20)));
  expect(await refusal(request(nested(21)))).toEqual([400, "validation_failed", "depth"]);
  expect(await refusal(request(nested(200_000)))).toEqual([400, "validation_failed", "depth"]);
  await readJson(request(JSON.stringify(Array(10_000).fill(0))));
  expect(await refusal(request(JSON.stringify(Array(10_001).fill(0)))))
    .toEqual([400, "validation_failed", "length"]);
});

Deno.test("names that would reach a prototype are refused, at any depth", async () => {
  for (const name of ["__proto__", "constructor", "prototype"]) {
    for (const text of [`{"${name}":{}}`, `{"a":[{"${name}":1}]}`]) {
      expect(await refusal(request(text))).toEqual([
        400,
        "validation_failed",
        "unrecognized_keys",
      ]);
    }
  }
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
