import { expect } from "expect";
import { BlockedRequestError, guardedFetch } from "./guarded_fetch.ts";
import { withCorrelation } from "./log.ts";

/** A guard around a fetch that notes what was let out. */
function guard(answer: () => Response = () => new Response("ok")) {
  const calls: Request[] = [];
  const fetch = guardedFetch({
    origins: ["http://gpu.internal:11434/base/"],
    fetch: (input) => {
      calls.push(input as Request);
      return Promise.resolve(answer());
    },
  });
  return { fetch, calls };
}

Deno.test("[CHT-70] calls reach the configured origin and no other", async () => {
  const { fetch, calls } = guard();
  expect((await fetch("http://gpu.internal:11434/api/chat")).status).toBe(200);
  for (
    const url of [
      "http://gpu.internal:11435/api/chat",
      "https://gpu.internal:11434/api/chat",
      "http://gpu.internal/api/chat",
      "http://evil.example/?x=gpu.internal:11434",
      "http://gpu.internal:11434@evil.example/",
      "http://169.254.169.254/latest/meta-data",
    ]
  ) {
    await expect(fetch(url)).rejects.toThrow(BlockedRequestError);
  }
  expect(calls).toHaveLength(1);
});

Deno.test("the error names the host and nothing else of the address", async () => {
  const { fetch } = guard();
  const error = await fetch("http://evil.example/secret?token=abc").catch((e) => e);
  expect(error.message).toBe('Calls to "evil.example" are not allowed');
});

Deno.test("a redirect is never followed", async () => {
  const { fetch, calls } = guard(() =>
    new Response("moved", { status: 302, headers: { location: "http://evil.example/" } })
  );
  await expect(fetch("http://gpu.internal:11434/")).rejects.toThrow(/redirect/);
  expect(calls).toHaveLength(1);
  expect(calls[0]!.redirect).toBe("manual");
});

Deno.test("[API-5] the correlation id goes along, other headers and the body stay", async () => {
  const { fetch, calls } = guard();
  await withCorrelation("corr-1234", () =>
    fetch("http://gpu.internal:11434/api/chat", {
      method: "POST",
      body: "hello",
      headers: { "x-service-token": "t" },
    }));
  await fetch("http://gpu.internal:11434/");
  expect(calls[0]!.headers.get("x-correlation-id")).toBe("corr-1234");
  expect(calls[0]!.headers.get("x-service-token")).toBe("t");
  expect(await calls[0]!.text()).toBe("hello");
  expect(calls[1]!.headers.has("x-correlation-id")).toBe(false);
});
