import { expect } from "expect";
import { FakeClock } from "./clock.ts";
import { correlationId, createLog, errorFields, type LogLevel, withCorrelation } from "./log.ts";

function logger(level: LogLevel = "info") {
  const lines: string[] = [];
  const log = createLog({
    clock: new FakeClock("2026-01-01T09:00:00.000Z"),
    level,
    write: (line) => void lines.push(line),
    base: { service: "nova", env: "test", version: "1.2.3" },
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) };
}

Deno.test("[OPS-50] an event is one JSON line with time, level, service and correlation id", () => {
  const { log, lines } = logger();
  withCorrelation("corr-1234", () => log.info("turn.done", "A turn ended", { tokens: 12 }));
  expect(lines).toEqual([
    '{"ts":"2026-01-01T09:00:00.000Z","level":"info","service":"nova","env":"test",' +
    '"version":"1.2.3","event":"turn.done","message":"A turn ended",' +
    '"correlationId":"corr-1234","tokens":12}\n',
  ]);
});

Deno.test("[OPS-50] a level writes itself and the heavier ones", () => {
  for (
    const [level, expected] of [
      ["error", ["error"]],
      ["warn", ["error", "warn"]],
      ["info", ["error", "warn", "info"]],
      ["debug", ["error", "warn", "info", "debug"]],
    ] as const
  ) {
    const { log, lines } = logger(level);
    log.error("e", "m");
    log.warn("e", "m");
    log.info("e", "m");
    log.debug("e", "m");
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
  }
});

Deno.test("a line break in what is logged does not begin another line", () => {
  const { log, lines } = logger();
  log.info("e", 'first\n{"level":"error"}', { note: "a\nb" });
  expect(lines.join("").trimEnd().split("\n")).toHaveLength(1);
});

Deno.test("[OPS-53] messages and fields are redacted", () => {
  const { log, lines } = logger();
  log.warn("e", "no account ada@example.org", { detail: "password=hunter2", content: "hello" });
  expect(lines[0]).not.toMatch(/ada@|hunter2|hello/);
});

Deno.test("a correlation id follows the work it was given to, and nothing else", async () => {
  expect(correlationId()).toBeUndefined();
  const seen = await Promise.all(["one", "two"].map((id) =>
    withCorrelation(id, async () => {
      await Promise.resolve();
      return correlationId();
    })
  ));
  expect(seen).toEqual(["one", "two"]);
  expect(correlationId()).toBeUndefined();
});

Deno.test("an error is described with name, cause and a short stack, redacted", () => {
  const error = new TypeError("no such user ada@example.org", {
    cause: new Error("token=abc"),
  });
  const fields = errorFields(error);
  expect(fields.errorName).toBe("TypeError");
  expect(String(fields.stack).split("\n").length).toBeLessThanOrEqual(5);
  expect(JSON.stringify(fields)).not.toMatch(/ada@|abc/);
  expect(errorFields("just a text")).toEqual({ error: "just a text" });
});
