import { expect } from "expect";
import { FakeClock } from "@/lib/platform/clock.ts";
import { startTestApp, type TestApp } from "./support/app.ts";

const DAY = 24 * 3600_000;

let app: TestApp;
const clock = new FakeClock(new Date());
Deno.test.beforeAll(async () => {
  app = await startTestApp({ clock, env: { RATE_EXPORT: "1/d" } });
});
Deno.test.afterAll(() => app.close());

const later = (ms: number) => clock.jumpTo(new Date(clock.now().getTime() + ms));
const sql = (query: string) => app.services.db.asSystem("test", (tx) => tx.unsafe(query));

async function stuck(): Promise<number> {
  const text = await app.services.metrics.text();
  return Number(/^account_erasures_stuck (\d+)/m.exec(text)![1]);
}

Deno.test("[ACC-131] an archive that could not be made does not use up the one of its day", async () => {
  const [ada, eve] = [await app.person(), await app.person("eve")];
  const ask = async (person = ada) => {
    const { status, body } = await person.post("/api/account/export");
    return status === 202 ? body.id as string : `${status} ${body.policy}`;
  };
  const fail = (id: string) =>
    sql(`update account_exports set state = 'failed' where id = '${id}'`);
  for (let round = 0; round < 3; round++) {
    const id = await ask();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await ask()).toBe("429 export");
    await app.services.outbox.drain();
    expect(await ask()).toBe("429 export");
    later(1_000);
    if (round < 2) await fail(id);
  }
  // The third was made, so that there is none before the day is over; others are not concerned.
  expect(await ask()).toBe("429 export");
  expect(await ask(eve)).toMatch(/^[0-9a-f-]{36}$/);
  expect(await ask(eve)).toBe("429 export");
});

Deno.test("[ACC-135] an erasure that was given up is counted, told and tried again the next day", async () => {
  const [ada, eve] = [await app.person(), await app.person("eve")];
  const { accounts, mailer, outbox } = app.services;
  const receipts = async () =>
    (await mailer.kept()).filter((mail) =>
      mail.to === ada.email && /eyJ[\w-]+\./.test(JSON.stringify(mail))
    ).length;
  // Something that names the account stays in the way of its receipt.
  await sql(`update users set bio = '${ada.userId}' where id = '${eve.userId}'`);
  expect((await ada.post("/api/account/delete", { confirm: ada.email, now: true })).status)
    .toBeLessThan(300);
  for (let tries = 0; tries < 5; tries++) {
    await outbox.drain();
    later(15_000);
  }
  await accounts.erasure.queueDue();
  expect(await stuck()).toBe(1);
  await accounts.retention.run();
  await outbox.drain();
  expect(await receipts()).toBe(0);
  expect(await stuck()).toBe(1);

  // A day later it is raised and tried; as long as the reason stays, each day once.
  for (let day = 1; day <= 2; day++) {
    later(DAY);
    expect((await accounts.retention.run()).erasuresRetried).toBe(1);
    expect((await accounts.retention.run()).erasuresRetried).toBe(0);
    const told = await sql(`select result, severity, details::text from security_audit_log
      where event = 'account_erasure_failed'`);
    expect(told).toHaveLength(day);
    expect(told[0]).toMatchObject({ result: "failed", severity: "critical" });
    expect(JSON.stringify(told)).not.toContain(ada.userId);
    if (day === 2) await sql(`update users set bio = '' where id = '${eve.userId}'`);
    for (let tries = 0; tries < 5; tries++) {
      await outbox.drain();
      later(15_000);
    }
  }
  await accounts.erasure.queueDue();
  expect(await stuck()).toBe(0);
  expect(await receipts()).toBe(1);
  expect(app.logs.filter((line) => line.includes("account.erasure_stuck")).length).toBe(2);
});
