import { expect } from "expect";
import { isProblem, type Problem } from "@/lib/platform/problem.ts";
import { MAX_MESSAGE, messageText } from "./input.ts";

function refusal(text: string): Problem {
  try {
    messageText(text);
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
  throw new Error("It was accepted");
}

Deno.test("[CHT-13] a message is kept as typed, with one kind of line break", () => {
  const text = "  <b>Hi</b> & \t**you**  \n\n👩‍👧 \u202eabc\u202c  ";
  expect(messageText(text)).toBe(text);
  expect(messageText("a\r\nb\rc")).toBe("a\nb\rc");
});

Deno.test("[CHT-12] a message has 1 to 10,000 characters, counted as code points", () => {
  expect(messageText("x")).toBe("x");
  expect(messageText("👍".repeat(MAX_MESSAGE))).toHaveLength(2 * MAX_MESSAGE);
  expect(messageText("x\r\n".repeat(MAX_MESSAGE / 2))).toHaveLength(MAX_MESSAGE);
  expect(refusal("x".repeat(MAX_MESSAGE + 1))).toMatchObject({
    code: "message_too_long",
    status: 400,
    extra: { length: 10_001, max: 10_000 },
  });
});

Deno.test("[CHT-12] a blank message is refused", () => {
  for (const text of ["", " ", "\n\t \r\n", "\u00a0\u2003"]) {
    expect(refusal(text)).toMatchObject({
      code: "validation_failed",
      extra: { errors: [{ path: "content", code: "blank" }] },
    });
  }
});

Deno.test("[CHT-13] control characters and broken symbols are refused", () => {
  for (const text of ["a\u0000b", "\u001b[2J", "\u0085", "\ud83d", "a\udc4d"]) {
    expect(refusal(text)).toMatchObject({ code: "invalid_characters", status: 400 });
  }
});
