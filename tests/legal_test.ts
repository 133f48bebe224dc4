import { expect } from "expect";
import { LEGAL_PAGES, legalDocument } from "@/lib/boot/legal.ts";
import { TERMS_VERSION } from "@/lib/accounts/terms.ts";
import { previewKinds, previewMail } from "@/lib/boot/mail_preview.ts";
import { parseConfig } from "@/lib/platform/config.ts";
import { startTestApp, type TestApp, type TestClient } from "./support/app.ts";
import { builtPages } from "./support/browser.ts";

const config = parseConfig({
  OPERATOR_NAME: "Nova Works",
  OPERATOR_ADDRESS: "1 High Street, Oslo",
  SUPPORT_EMAIL: "help@example.org",
  BASE_URL: "https://nova.example.org",
  MIN_AGE: "16",
});

let app: TestApp;
Deno.test.beforeAll(async () => {
  app = await startTestApp({ pages: builtPages });
});
Deno.test.afterAll(() => app.close());

Deno.test("[ACC-137] the legal documents are versioned in both languages and name who runs the installation", async () => {
  for (const locale of ["en", "de-CH"]) {
    for (const name of LEGAL_PAGES) {
      const { version, text } = await legalDocument(name, { locale, config });
      expect([name, version]).toEqual([name, TERMS_VERSION]);
      expect(text).toMatch(/^# \S/);
      expect(text).not.toMatch(/\{\w+\}|undefined/);
    }
  }
  const { text } = await legalDocument("terms", { locale: "en", config });
  expect(text).toContain("Nova Works, 1 High Street, Oslo");
  expect(text).toContain("help@example.org");
  expect(text).toContain("at least 16 years");
  await expect(legalDocument("../secrets", { locale: "en", config })).rejects
    .toMatchObject({ code: "not_found" });
  for (const name of LEGAL_PAGES) {
    const page = await app.client().get(`/legal/${name}`);
    expect([page.status, page.text.includes(`Version ${TERMS_VERSION}`)]).toEqual([200, true]);
  }
  expect((await app.client().get("/legal/imprint")).status).toBe(404);
  expect((await app.client().get("/register")).text).toContain('href="/legal/terms"');
});

const accepted = (userId: string, version: string) =>
  app.services.db.asSystem(
    "test",
    (tx) => tx`update users set terms_version = ${version} where id = ${userId}`,
  );

Deno.test("[ACC-8] a new version of the terms is asked for at the next sign-in, and leaving stays open", async () => {
  const ada = await app.person();
  await accepted(ada.userId, "2020-01");
  const client: TestClient = app.client();
  await client.post("/api/auth/login", { email: ada.email, password: "Correct-horse-7-battery" });
  const asked = await client.fetch("/chat?x=1");
  await asked.body?.cancel();
  expect([asked.status, asked.headers.get("location")])
    .toEqual([303, "/accept-terms?next=%2Fchat%3Fx%3D1"]);
  const page = await client.get("/accept-terms?next=%2Fchat");
  expect(page.status).toBe(200);
  const token = page.text.match(/name="_token" value="([^"]+)"/)![1]!;
  const send = async (fields: Record<string, string>) => {
    const response = await client.fetch("/accept-terms?next=%2Fchat", {
      method: "POST",
      body: new URLSearchParams({ _token: token, ...fields }),
    });
    await response.body?.cancel();
    return [response.status, response.headers.get("location")];
  };
  // Their data and the way out stay open to whoever does not accept.
  expect((await client.get("/settings/data")).status).toBe(200);
  expect(await send({})).toEqual([400, null]);
  expect((await client.get("/usage")).status).toBe(303);
  expect(await send({ acceptTerms: "on" })).toEqual([303, "/chat"]);
  expect((await client.get("/usage")).status).toBe(200);
  const [row] = await app.services.db.asSystem(
    "test",
    (tx) =>
      tx<{ termsVersion: string }[]>`select terms_version from users where id = ${ada.userId}`,
  );
  expect(row!.termsVersion).toBe(TERMS_VERSION);
  expect((await client.get("/api/account/security-log")).body.items[0].event)
    .toBe("terms_accepted");
});

Deno.test("[API-76] developers see every kind of mail as it will look, others see nothing of it", async () => {
  expect((await app.client().get("/dev/mail-preview?kind=verify_email")).status).toBe(404);
  const kinds = previewKinds();
  expect(kinds.length).toBeGreaterThan(45);
  for (const locale of ["en", "de"]) {
    for (const kind of kinds) {
      const html = previewMail(app.services, { kind, locale })!;
      expect([kind, html.includes(`<html lang="${locale}">`), /\{\w+\}|undefined/.test(html)])
        .toEqual([kind, true, false]);
    }
  }
  expect(previewMail(app.services, { kind: "nothing", locale: "en" })).toBeNull();
});
