import type { Page } from "playwright-core";
import { startTestApp, type TestApp } from "../support/app.ts";
import { builtPages, openBrowser, openWindow } from "../support/browser.ts";

/** What a browser does with the chat, measured in Chromium. */
export interface BrowserFigures {
  /**
   * Longest task of the main thread in milliseconds of the processor, while 5,000 tokens come at
   * 100 per second and until the answer is stored. Waiting for other processes is not in it.
   */
  longestTaskMs: number;
  /** The same by the clock on the wall; on a machine that is shared it is too high. */
  longestTaskWallMs: number;
  /** Tasks of more than 50 ms of the processor in that time. */
  longTasks: number;
  /** Time of the processor that the main thread took, in percent of the time that passed. */
  busyPercent: number;
  /** Tokens that were shown at the end. */
  tokens: number;
  /** Longest task of the processor while one table of some 500 rows comes in the same way. */
  tableLongestTaskMs: number;
  /** Milliseconds until a conversation of 5,000 messages shows its last one. */
  openLongMs: number;
}

const TOKENS = 5_000;
const PER_SECOND = 100;
const MESSAGES = 5_000;

/** A paragraph, a list, a table, code and a formula, as tokens of about four letters. */
const SAMPLE = `## Part of an answer

A paragraph with **bold words**, a [link](https://example.org/page) and \`code\` in it. It goes on
for a while, so that the block that is still open grows before it closes.

- The first thing to remember, with *emphasis*
- The second one, with a number: 1,234

| Name | Amount | Note |
|------|-------:|------|
| One | 12 | kept |
| Two | 34 | past |

\`\`\`ts
export const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
\`\`\`

> A quotation that stands by itself.

`;

/** One table, which is still open to its last row. */
const TABLE = `| Number | Words | Code | Note |\n|---|---|---|---:|\n` +
  Array.from({ length: 600 }, (_, n) => `| ${n} | *word* ${n} | \`c${n}\` | kept |\n`).join("");

/** Measures the chat in a browser; a quick run sends a tenth. */
export async function measureBrowser(quick: boolean): Promise<BrowserFigures> {
  const browser = await openBrowser();
  const app = await startTestApp({ pages: builtPages, env: { AUTO_VERIFY_EMAIL: "true" } });
  try {
    const person = await app.person("ada");
    const { page, context } = await openWindow(browser);
    await context.addCookies(
      [...person.cookies].map(([name, value]) => ({ name, value, url: app.url })),
    );
    const tokens = quick ? TOKENS / 10 : TOKENS;
    const url = `${app.url}/chat?new`;
    const streamed = await stream(page, url, { tokens, sample: SAMPLE });
    const wide = await context.newPage();
    const table = await stream(wide, url, { tokens, sample: TABLE });
    await wide.close();
    const openLongMs = await openLong(page, app, person);
    await context.close();
    return { ...streamed, tableLongestTaskMs: table.longestTaskMs, openLongMs };
  } finally {
    await browser.close();
    await app.close();
  }
}

/** Sends a message to a server that is played in the page: the real one would be measured too. */
async function stream(
  page: Page,
  url: string,
  { tokens, sample }: { tokens: number; sample: string },
): Promise<Omit<BrowserFigures, "openLongMs" | "tableLongestTaskMs">> {
  await page.addInitScript(playServer, { sample, tokens, perSecond: PER_SECOND });
  await page.goto(url);
  await page.waitForLoadState("networkidle");
  await page.locator("#draft").fill("Write a long answer");
  const session = await page.context().newCDPSession(page);
  // Time of the thread itself, so that other work of the machine does not count.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")!.value * 1_000;
  };
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ["toplevel"] });
  const before = await busy();
  const started = performance.now();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => "streamEnded" in globalThis, null, {
    timeout: (tokens / PER_SECOND) * 4_000 + 30_000,
    // By default it looks with every frame, and would make frames that nobody needs.
    polling: 250,
  });
  const ms = performance.now() - started;
  const taken = await busy() - before;
  const tasks = mainTasks(await browser.stopTracing());
  const shown = await page.locator(".log .prose").last().innerText();
  return {
    longestTaskMs: Math.round(Math.max(0, ...tasks.map(({ tdur }) => tdur))),
    longestTaskWallMs: Math.round(Math.max(0, ...tasks.map(({ dur }) => dur))),
    longTasks: tasks.filter(({ tdur }) => tdur > 50).length,
    busyPercent: Math.round((taken / ms) * 1_000) / 10,
    tokens: Math.round(shown.length / 4),
  };
}

/** A task of a trace; in it times are microseconds, here milliseconds. */
interface Task {
  /** By the clock on the wall, and of the processor. */
  dur: number;
  tdur: number;
}

/** The tasks of the page's main thread in a trace of Chromium. */
function mainTasks(trace: Uint8Array): Task[] {
  interface TraceEvent {
    name: string;
    ph: string;
    pid: number;
    tid: number;
    dur?: number;
    tdur?: number;
    args?: { name?: string };
  }
  const { traceEvents } = JSON.parse(new TextDecoder().decode(trace)) as {
    traceEvents: TraceEvent[];
  };
  const threads = new Set(
    traceEvents.filter(({ name, args }) =>
      name === "thread_name" && args?.name === "CrRendererMain"
    )
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  return traceEvents
    .filter(({ name, ph, pid, tid }) =>
      ph === "X" && name.endsWith("RunTask") && threads.has(`${pid}:${tid}`)
    )
    .map(({ dur = 0, tdur = 0 }) => ({ dur: dur / 1_000, tdur: tdur / 1_000 }));
}

/** Runs in the page before its own scripts: answers what starts a turn with events of its own. */
function playServer(
  { sample, tokens, perSecond }: { sample: string; tokens: number; perSecond: number },
): void {
  const real = globalThis.fetch;
  const ids = { turnId: "t", sessionId: "s", userMessageId: "u", assistantMessageId: "a" };
  globalThis.fetch = (input, init) => {
    // What follows the end is asked of nobody either.
    if (/\/api\/chat\/(?:messages\/|turns|sessions)/.test(String(input))) {
      return Promise.resolve(new Response("{}", { status: 404 }));
    }
    if (input !== "/api/chat/messages") return real(input, init);
    const encoder = new TextEncoder();
    let seq = 0;
    let whole = "";
    const frame = (event: string, data: unknown) =>
      encoder.encode(`id: t:${++seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const branch = { index: 1, count: 1 };
        controller.enqueue(frame("turn", { ...ids, model: "bench", title: null, branch }));
        const began = performance.now();
        let sent = 0;
        const timer = setInterval(async () => {
          const due = Math.min(
            tokens,
            Math.floor(((performance.now() - began) / 1_000) * perSecond),
          );
          for (; sent < due; sent++) {
            const at = (sent * 4) % sample.length;
            const text = (sample + sample).slice(at, at + 4);
            whole += text;
            controller.enqueue(frame("delta", { text }));
          }
          if (sent < tokens) return;
          clearInterval(timer);
          const bytes = await crypto.subtle.digest("SHA-256", encoder.encode(whole));
          const textHash = new Uint8Array(bytes).toHex();
          const end = { status: "complete", finishReason: "stop", latencyMs: 1, ttftMs: 1 };
          const textLength = [...whole].length;
          controller.enqueue(frame("done", { ...end, textLength, textHash, receiptUrl: null }));
          controller.close();
          setTimeout(() => Object.assign(globalThis, { streamEnded: true }), 1_000);
        }, 10);
      },
    });
    return Promise.resolve(
      new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } }),
    );
  };
}

/** Opens a conversation of 5,000 messages until its last one is seen. */
async function openLong(
  page: Page,
  app: TestApp,
  person: Awaited<ReturnType<TestApp["person"]>>,
): Promise<number> {
  const { body } = await person.say("The first message of a long conversation");
  const { sessionId } = body.turn;
  await lengthen(app, { userId: person.userId, sessionId, last: body.assistantMessage.id });
  const started = performance.now();
  await page.goto(`${app.url}/chat/${sessionId}`);
  await page.getByText(`Answer ${MESSAGES}`, { exact: true }).waitFor();
  return Math.round(performance.now() - started);
}

/** Puts messages below the last one, in one statement. */
async function lengthen(
  app: TestApp,
  talk: { userId: string; sessionId: string; last: string },
): Promise<void> {
  const { db, ids, clock } = app.services;
  const rows = Array.from({ length: MESSAGES - 2 }, (_, i) => ({
    id: ids(),
    role: i % 2 === 0 ? "user" : "assistant",
    content: `${i % 2 === 0 ? "Question" : "Answer"} ${i + 3}`,
    at: new Date(clock.now().getTime() + i * 10).toISOString(),
  }));
  const linked = rows.map((row, i) => ({ ...row, parent: rows[i - 1]?.id ?? talk.last }));
  await db.asSystem("bench: a long conversation", async (tx) => {
    await tx`insert into messages (id, user_id, session_id, parent_id, role, author, content, status,
        created_at)
      select r.id, ${talk.userId}, ${talk.sessionId}, r.parent, r.role, 'Ada', r.content, 'complete',
        r.at
      from jsonb_to_recordset(${tx.json(linked as never)})
        as r(id uuid, parent uuid, role text, content text, at timestamptz)`;
    await tx`update chat_sessions set head_message_id = ${
      rows.at(-1)!.id
    } where id = ${talk.sessionId}`;
  });
}
