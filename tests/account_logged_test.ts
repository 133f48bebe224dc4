import { expect } from "expect";
import { codeOf, stepOf } from "@/lib/accounts/totp.ts";
import { runCommand } from "@/lib/boot/control.ts";
import { FakeClock } from "@/lib/platform/clock.ts";
import { type Answer, startTestApp, type TestApp } from "./support/app.ts";
import { administrator, secretBytes, verifiedPerson } from "./support/people.ts";

const PASSWORD = "Correct-horse-7-battery";
const NEXT = "Another-horse-8-battery";
const THIRD = "Third-horse-9-battery";
const API = { "x-nova-client": "api" };
const AGENT = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0" };

/** The secret of the newest link of a kind that was mailed to an address. */
async function linkTo(app: TestApp, email: string, page: string): Promise<string> {
  await app.services.outbox.drain();
  const link = new RegExp(`${page}\\?token=([0-9a-f]{64})`);
  return (await app.services.mailer.kept()).filter(({ to }) => to === email)
    .map(({ text }) => link.exec(text)?.[1]).find((found) => found !== undefined)!;
}

const ok = (answer: Answer) => {
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body;
};

Deno.test("[ACC-121] each act that touches security is in the log once it is done: what, whose, by whom and from where", async () => {
  const clock = new FakeClock(new Date());
  const app = await startTestApp({
    clock,
    env: { PLAN_FREE_TRIAL_API_REQUESTS_PER_MINUTE: "100000" },
  });
  const root = await administrator(app);
  const anyone = app.client();
  const entriesOf = async (event: string) =>
    ok(await root.get(`/api/admin/audit?limit=100&event=${event}`)).items;
  /** Does something, and finds exactly the entries it is to leave. */
  async function leaves<Result>(event: string, about: {
    by: "user" | "admin" | "host" | "service" | "system" | "anonymous";
    of?: { userId: string };
    result?: string;
    severity?: string;
  }, act: () => Promise<Result>): Promise<Result> {
    const before = (await entriesOf(event)).length;
    const result = await act();
    const entries = await entriesOf(event);
    expect([event, entries.length]).toEqual([event, before + 1]);
    const { actorKind, userId, result: came, severity, address } = entries[0];
    expect([event, actorKind, came]).toEqual([event, about.by, about.result ?? "ok"]);
    if (about.severity) expect([event, severity]).toEqual([event, about.severity]);
    if (about.of) expect([event, userId]).toEqual([event, about.of.userId]);
    // What somebody did from a browser or a program says from where, cut to its network.
    if (about.by === "user") expect([event, address]).toEqual([event, "127.0.0.0"]);
    return result;
  }
  const login = (email: string, password: string, client = app.client(), headers = {}) =>
    client.post("/api/auth/login", { email, password }, { ...AGENT, ...headers });

  try {
    // Signing in and out.
    const ada = await leaves("register", { by: "user" }, () => verifiedPerson(app));
    const mine = { by: "user" as const, of: ada };
    const browser = app.client();
    const apart = { by: "anonymous" as const, of: ada, result: "refused" };
    await leaves("login_failed", apart, () => login(ada.email, "Wrong-horse-9-battery"));
    await leaves("login_ok", mine, () => login(ada.email, PASSWORD, browser));
    await leaves("logout", mine, () => browser.post("/api/auth/logout"));
    await leaves("login_ok", mine, () => login(ada.email, PASSWORD, browser));
    await leaves("logout_all", mine, () => browser.post("/api/auth/logout-all"));
    await login(ada.email, PASSWORD, ada);
    await leaves("step_up", mine, () => ada.post("/api/auth/step-up", { password: PASSWORD }));

    // Tokens of programs.
    const { tokens } = ok(await login(ada.email, PASSWORD, app.client(), API));
    const refresh = () =>
      anyone.post("/api/auth/refresh", { refreshToken: tokens.refreshToken }, API);
    ok(await refresh());
    clock.jumpTo(new Date(clock.now().getTime() + 11_000));
    await leaves("refresh_reuse", { ...apart, severity: "high" }, refresh);

    // Devices and keys.
    ok(await login(ada.email, PASSWORD));
    const devices = ok(await ada.get("/api/account/devices")).items;
    const other = devices.find(({ current }: { current: boolean }) => !current);
    await leaves("device_ended", mine, () => ada.delete(`/api/account/devices/${other.id}`));
    const key = await leaves(
      "key_made",
      mine,
      async () => ok(await ada.post("/api/account/keys", { name: "k", scopes: ["models:read"] })),
    );
    const use = () => anyone.get("/api/models", { authorization: `Bearer ${key.key}` });
    await leaves("key_first_used", mine, use);
    await leaves("key_rotated", mine, () => ada.post(`/api/account/keys/${key.id}/rotate`, {}));
    await leaves(
      "key_changed",
      mine,
      () => ada.patch(`/api/account/keys/${key.id}`, { name: "n" }),
    );
    await leaves("key_revoked", mine, () => ada.delete(`/api/account/keys/${key.id}`));

    // Password and address.
    await leaves(
      "password_changed",
      mine,
      () => ada.post("/api/auth/change-password", { current: PASSWORD, next: NEXT }),
    );
    const former = ada.email;
    const wanted = `new-${former}`;
    await leaves(
      "email_change_requested",
      mine,
      () => ada.post("/api/account/email-change", { email: wanted }),
    );
    const change = await linkTo(app, wanted, "/verify-email");
    await leaves(
      "email_changed",
      mine,
      () => anyone.post("/api/auth/verify-email", { token: change }),
    );
    const back = await linkTo(app, former, "/undo-email");
    await leaves(
      "email_change_undone",
      mine,
      () => anyone.post("/api/account/email-change/undo", { token: back }),
    );
    await leaves("reset_requested", { by: "anonymous", of: ada }, async () => {
      await anyone.post("/api/auth/request-password-reset", { email: former });
      await app.services.outbox.drain();
    });
    const token = await linkTo(app, former, "/reset-password");
    await leaves(
      "password_reset",
      mine,
      () => anyone.post("/api/auth/reset-password", { token, password: THIRD }),
    );
    ok(await login(former, THIRD, ada));

    // The second step.
    const { secret } = ok(await ada.post("/api/auth/2fa/setup"));
    const code = () => {
      clock.jumpTo(new Date(clock.now().getTime() + 30_000));
      return codeOf(secretBytes(secret), stepOf(clock.now()));
    };
    const first = await code();
    await leaves("two_factor_on", mine, () => ada.post("/api/auth/2fa/enable", { code: first }));
    await leaves("backup_codes_new", mine, () => ada.post("/api/auth/2fa/backup-codes"));
    const { challengeId } = ok(await login(former, THIRD));
    const wrong = { challengeId, code: "000000" };
    await leaves("second_factor_failed", apart, () => anyone.post("/api/auth/2fa/verify", wrong));
    await leaves("two_factor_off", mine, () => ada.post("/api/auth/2fa/disable"));

    // What others may see, and the person's own data.
    const grant = crypto.randomUUID();
    const allow = { scope: "conversations", reason: "Help", hours: 1 };
    await leaves("grant_opened", mine, () => ada.post(`/api/account/grants/${grant}`, allow));
    await leaves("grant_closed", mine, () => ada.delete(`/api/account/grants/${grant}`));
    const archive = await leaves(
      "export_requested",
      mine,
      async () => ok(await ada.post("/api/account/export")),
    );
    await app.services.outbox.drain();
    await leaves(
      "export_fetched",
      mine,
      () => ada.get(`/api/account/export/${archive.id}?download=true`),
    );

    // Operators.
    const byAdmin = { by: "admin" as const, of: ada, severity: "high" };
    const order = (act: string, body?: unknown, method = "POST") =>
      root.send(method, `/api/admin/users/${ada.userId}/${act}`, body);
    ok(await root.post("/api/auth/step-up", { password: PASSWORD }));
    const acts: [string, () => Promise<Answer>][] = [
      ["role_changed", () => order("role", { role: "moderator" }, "PUT")],
      ["role_changed", () => order("role", { role: "learner" }, "PUT")],
      ["suspended", () => order("suspend", { reason: "Spam" })],
      ["restored", () => order("restore")],
      ["sessions_ended", () => order("end-sessions")],
      ["login_unlocked", () => order("unlock-login")],
    ];
    for (const [event, act] of acts) {
      await leaves(event, byAdmin, async () => void ok(await act()));
    }
    const limit = { resource: "messages", limit: 5, reason: "Test" };
    await leaves("limit_set", { by: "admin", of: ada }, () => order("limits", limit, "PUT"));
    const { services } = app;
    const host = (command: string, ...args: string[]) =>
      runCommand({ services, config: services.config }, { command, args });
    await leaves("role_changed", { by: "host", of: ada }, () => host("admin grant", former));
    await leaves("role_changed", { by: "host", of: ada }, () => host("admin revoke", former));
    await leaves("keys_rotated", { by: "host" }, () => host("keys rotate", "user"));
    await leaves(
      "service_token_minted",
      { by: "host" },
      () => host("token mint", "metrics-scraper", "read:metrics"),
    );
    await leaves(
      "service_token_revoked",
      { by: "host" },
      () => host("token revoke", "metrics-scraper"),
    );
    await leaves("secret_rotated", { by: "host" }, () => host("secrets rotate", "app"));

    // Programs and the payment provider.
    await leaves(
      "service_refused",
      { by: "anonymous", result: "refused" },
      () => anyone.get("/metrics", { "x-service-token": "nobody" }),
    );
    expect((await entriesOf("service_refused"))[0].address).toBe("127.0.0.0");
    await leaves(
      "webhook_signature_failed",
      { by: "system", result: "refused" },
      () => anyone.post("/api/billing/webhook", { id: "evt" }, { "stripe-signature": "t=1,v1=0" }),
    );

    // The end, and the door that is tried too often.
    ok(await login(former, THIRD, ada));
    await leaves(
      "deletion_requested",
      { ...mine, severity: "high" },
      () => ada.post("/api/account/delete", { confirm: former }),
    );
    await leaves("login_locked", { ...apart, severity: "medium" }, async () => {
      for (let i = 0; i < 6; i++) await login(former, "Wrong-horse-9-battery");
    });
    ok(await root.post("/api/auth/step-up", { password: PASSWORD }));
    await leaves("deletion_by_admin", { by: "admin", of: ada }, async () => {
      await root.delete(`/api/admin/users/${ada.userId}`);
    });
    expect(ok(await root.get("/api/admin/audit/verify")).valid).toBe(true);

    // Nothing of it is a secret or an address, and the owner's part is in their own history.
    const kept = JSON.stringify(
      await services.db.asSystem(
        "test",
        (tx) => tx`select details, response, user_agent from security_audit_log`,
      ),
    );
    const secrets = [PASSWORD, NEXT, THIRD, key.key, tokens.refreshToken, secret, former, token];
    for (const hidden of secrets) expect(kept).not.toContain(hidden);
    const own = await services.accounts.audit.own(ada.userId, { limit: 200, before: null });
    const events = new Set(own.map(({ event }) => event));
    for (const event of ["login_ok", "two_factor_on", "email_changed", "suspended", "limit_set"]) {
      expect(events).toContain(event);
    }
    // Where an administrator sat is nobody else's to know.
    expect(own.filter(({ actorKind }) => actorKind === "admin").map(({ address }) => address))
      .toEqual(own.filter(({ actorKind }) => actorKind === "admin").map(() => null));
  } finally {
    await app.close();
  }
});

Deno.test("[OPS-58] a start, another configuration, schema and policy are in the log; of secrets only that they changed", async () => {
  const dataDir = await Deno.makeTempDir();
  const SECRETS = ["first-metrics-token-of-32-characters", "other-metrics-token-of-32-characters"];
  const logged = async (
    env: Record<string, string>,
    before?: (app: TestApp) => Promise<unknown>,
  ) => {
    const app = await startTestApp({ dataDir, persistent: true, env });
    try {
      const rows = await app.services.db.asSystem(
        "test",
        (tx) =>
          tx<{ event: string; details: Record<string, unknown> }[]>`
          select event, details from security_audit_log where category = 'admin'
          order by sequence`,
      );
      await before?.(app);
      return rows;
    } finally {
      await app.close();
    }
  };
  const names = (rows: { details: Record<string, unknown> }[]) =>
    (rows.at(-1)!.details.changes as { name: string }[]).map(({ name }) => name)
      .filter((name) => name !== "BASE_URL"); // its port is another one at each start here
  try {
    const [metrics, other] = SECRETS as [string, string];
    const first = await logged({ METRICS_TOKEN: metrics });
    expect(first.map(({ event }) => event)).toEqual(["started"]);
    const second = await logged({
      METRICS_TOKEN: other,
      REGISTRATION_MODE: "closed",
      PLAN_BASIC_MESSAGES_PER_DAY: "777",
      RATE_CHECKOUT: "11/h",
    }, (app) =>
      // As if the program that ran before had another schema and policy.
      app.services.db.asSystem("test", (tx) =>
        tx`update installation_facts set value = '0'::jsonb where name in ('schema', 'policy')`));
    expect(second.slice(1).map(({ event }) => event)).toEqual(["started", "configuration_changed"]);
    expect(names(second).sort()).toEqual([
      "METRICS_TOKEN",
      "PLAN_BASIC_MESSAGES_PER_DAY",
      "RATE_CHECKOUT",
      "REGISTRATION_MODE",
    ]);
    expect(second.at(-1)!.details.changes).toContainEqual({
      name: "REGISTRATION_MODE",
      before: "open",
      after: "closed",
    });
    const third = await logged({ METRICS_TOKEN: other });
    const events = third.slice(3).map(({ event }) => event);
    expect(events).toEqual([
      "started",
      "schema_migrated",
      "policy_version_changed",
      "configuration_changed",
    ]);
    expect(third.find(({ event }) => event === "policy_version_changed")!.details.before).toBe(0);
    for (const secret of SECRETS) expect(JSON.stringify(third)).not.toContain(secret);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
