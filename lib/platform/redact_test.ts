import { expect } from "expect";
import { redact, REDACTED, redactText } from "./redact.ts";

const JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";

/** A text, and the part of it that must not be left. */
const PLANTED: [text: string, secret: string][] = [
  ["key nova_sk_Ab12Cd34_9f8e7d6c5b4a39281706", "9f8e7d6c5b4a39281706"],
  ["(nova_sk_ZZZZZZZZ_abcdefgh-_12)", "abcdefgh-_12"],
  ['{"apiKey":"nova_sk_00000000_qwertyuiop"}', "qwertyuiop"],
  [`token ${JWT}`, "c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"],
  [`x-service-token: ${JWT}`, "eyJzdWIiOiJhZGEifQ"],
  [`unsigned eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.`, "eyJzdWIiOiJhZGEifQ"],
  ["Authorization: Bearer abc.DEF-123_456", "abc.DEF-123_456"],
  ["bearer  zyx987+/=", "zyx987"],
  ["Bearer opaque~token refused", "opaque~token"],
  ["no account ada@example.org", "ada@example.org"],
  ["<ada.lovelace+nova@mail.example.co.uk>", "lovelace"],
  ["mailto:GRACE@EXAMPLE.COM", "GRACE"],
  ["card 4111 1111 1111 1111 refused", "1111 1111"],
  ["card 5500-0000-0000-0004", "5500-0000"],
  ["pan=378282246310005", "378282246310005"],
  ["password=hunter2&next=/", "hunter2"],
  ["PASSWORD=Sw0rd/fish", "Sw0rd/fish"],
  ["passwd=tiger", "tiger"],
  ["pwd=lion;", "lion"],
  ["secret=panther", "panther"],
  ["token=puma&x=1", "puma"],
  ["postgres://nova:p!ssw0rd@db.example.org:5432/nova", "p!ss"],
  ["postgres://nova:s3cret@localhost/nova", "s3cret"],
  ["redis://:lynx@10.0.0.7:6379", "lynx"],
  ["smtps://mailer%40x:ocelot@smtp:465", "ocelot"],
  ["https://ghp_caracal@git.local/repo", "caracal"],
  ["https://user:pass@example.org/path", "pass"],
  ["GET https://nova.example/login?code=serval", "serval"],
  ["http://localhost:8000/verify?t=margay#top", "margay"],
  ["see https://x.example/a?b=kodkod and go", "kodkod"],
];

Deno.test("[OPS-53] none of thirty planted secrets is left", () => {
  expect(PLANTED).toHaveLength(30);
  for (const [text, secret] of PLANTED) {
    expect({ text, left: redactText(text).includes(secret) }).toEqual({ text, left: false });
    const line = JSON.stringify(redact({ note: { list: [text] } }));
    expect({ line, left: line.includes(secret) }).toEqual({ line, left: false });
  }
});

Deno.test("what is around a secret stays readable", () => {
  expect(redactText("GET https://nova.example/login?code=x took 5 ms"))
    .toBe("GET https://nova.example/login took 5 ms");
  expect(redactText("postgres://nova:x@db:5432/nova refused"))
    .toBe(`postgres://${REDACTED}@db:5432/nova refused`);
  const plain = "12 of 50 tokens used at 2026-01-01T09:00:00.000Z by 0190f5f2-7c00-7000-8000-0001";
  expect(redactText(plain)).toBe(plain);
});

Deno.test("[OPS-52] members that hold text or secrets are masked whatever they hold", () => {
  expect(redact({
    content: "the text of a message",
    password: { nested: "x" },
    Cookie: "nova_session=1",
    token: null,
    tokens: 12,
    text: 3,
    status: 200,
  })).toEqual({
    content: REDACTED,
    password: REDACTED,
    Cookie: REDACTED,
    token: null,
    tokens: 12,
    text: 3,
    status: 200,
  });
});

Deno.test("depth and length are bounded, also in a circle", () => {
  const circle: Record<string, unknown> = { n: 1 };
  circle.self = circle;
  expect(JSON.stringify(redact(circle))).toContain("[deep]");
  expect(redact(Array.from({ length: 80 }, (_, i) => i))).toHaveLength(50);
});
