import { expect } from "expect";
import { POISON } from "@/lib/memory/testdata/poison.ts";
import { startTestApp } from "./support/app.ts";

Deno.test("[MEM-32] none of the attempts to poison memory is written without a click, or obeyed", async () => {
  const app = await startTestApp({ env: { AUTO_VERIFY_EMAIL: "true" } });
  try {
    expect(POISON.length).toBeGreaterThanOrEqual(60);
    const ada = await app.person();
    const written: { attempt: string; texts: string[] }[] = [];
    for (const attempt of POISON) {
      const said = await ada.say(attempt);
      expect([200, 400]).toContain(said.status);
      await app.services.outbox.drain();
      const { items } = (await ada.get("/api/memory?includePast=true")).body;
      if (items.length > 0) {
        written.push({ attempt, texts: items.map((item: { text: string }) => item.text) });
        for (const { id } of items) await ada.delete(`/api/memory/${id}?erase=true`);
      }
    }
    expect(written).toEqual([]);
    // Whatever was proposed from words that may not be hers is marked.
    const { items } = (await ada.get("/api/memory/proposals?limit=100")).body;
    for (const item of items) {
      if (item.reason === "tainted_source") expect(item.shield).toBe(true);
    }
  } finally {
    await app.close();
  }
});

Deno.test("[MEM-31] [MEM-94] two hundred turns that recall the same facts leave their number unchanged", async () => {
  const app = await startTestApp({ env: { AUTO_VERIFY_EMAIL: "true" } });
  try {
    const ada = await app.person();
    await ada.say("I live in Porto. My sister Maren lives in Tromsø. I play the cello.");
    await app.services.outbox.drain();
    const before = (await ada.get("/api/memory")).body.items.length;
    expect(before).toBeGreaterThan(1);
    const questions = [
      "Where do I live?",
      "Where does my sister Maren live?",
      "What do I play?",
      "Tell me what you know about me",
    ];
    let sessionId: string | undefined;
    for (let n = 0; n < 200; n++) {
      if (n % 20 === 0) sessionId = undefined;
      const turn = await ada.say(questions[n % questions.length]!, sessionId ? { sessionId } : {});
      sessionId = turn.body.turn.sessionId;
      if (n % 20 === 19) await app.services.outbox.drain();
    }
    await app.services.outbox.drain();
    expect((await ada.get("/api/memory?includePast=true")).body.items.length).toBe(before);
  } finally {
    await app.close();
  }
});
