import type { Clock } from "@/lib/platform/clock.ts";
import type { Config } from "@/lib/platform/config.ts";
import { purposeKey, sealer } from "@/lib/platform/crypto.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import { guardedFetch } from "@/lib/platform/guarded_fetch.ts";
import type { IdSource, Random } from "@/lib/platform/ids.ts";
import type { Kv } from "@/lib/platform/kv.ts";
import type { Log } from "@/lib/platform/log.ts";
import { mailboxMailer, type Mailer, smtpMailer } from "@/lib/platform/mail.ts";
import type { Metrics } from "@/lib/platform/metrics.ts";
import type { NoteSecurity } from "@/lib/platform/security_log.ts";
import { createOutbox } from "@/lib/platform/outbox.ts";
import { createPasswordHasher } from "@/lib/platform/password.ts";
import { createRateLimiter } from "@/lib/platform/rate_limiter.ts";
import { createServiceTokens } from "@/lib/platform/service_token.ts";
import {
  createAccounts,
  createServiceRevocations,
  createUnsubscribe,
  markingBounces,
  openKeyRing,
} from "@/lib/accounts/mod.ts";
import { type BillingSettings, createBilling } from "@/lib/billing/mod.ts";
import { createChat } from "@/lib/chat/mod.ts";
// Makes every language known, for mails as well as pages.
import "@/lib/ui/text/languages.ts";
import { createMemory } from "@/lib/memory/mod.ts";
import { createModelHost } from "@/lib/model/mod.ts";
import { createNotices } from "@/lib/notices/mod.ts";
import { createOnboarding } from "@/lib/onboarding/mod.ts";
import { startStandIn } from "@/lib/model/standin/mod.ts";
import { createEntitlements, createPlans, createTrials } from "@/lib/plans/mod.ts";
import { createPolicy } from "@/lib/policy/mod.ts";
import { createUsage } from "@/lib/usage/mod.ts";
import { noteDemotion, noteMail, noteProposal } from "./notices.ts";
import type { Secrets } from "./secrets.ts";

/** What services stand on. */
export interface Platform {
  config: Config;
  secrets: Secrets;
  clock: Clock;
  ids: IdSource;
  random: Random;
  log: Log;
  metrics: Metrics;
  db: Database;
  kv: Kv;
  /** Folder of the development mailbox. */
  mailFolder: string;
}

/** All rooms of one running product. */
export type Services = Awaited<ReturnType<typeof createServices>>;

/** Audience of tokens for the model host's gateway. */
const GATEWAY = "gpu-gateway";

/** Wires the rooms. Nothing here decides anything. */
export async function createServices(platform: Platform) {
  const { config, clock, ids, random, log, metrics, db, kv, secrets } = platform;
  const seal = sealer(secrets.appSecret, "signing-keys");
  const [userKeys, serviceKeys] = await Promise.all([
    openKeyRing({
      db,
      clock,
      seal,
      use: "user",
      ...(secrets.userKeys ? { configured: secrets.userKeys } : {}),
    }),
    openKeyRing({ db, clock, seal, use: "service", configured: secrets.serviceKeys }),
  ]);
  metrics.gauge("secret_age_days", "Age of the keys that sign, in days", {
    labels: ["secret"],
    collect: () =>
      [["user_keys", userKeys] as const, ["service_keys", serviceKeys] as const]
        .map(([secret, ring]) => ({ labels: { secret }, value: ring.ageSeconds() / 86_400 })),
  });
  const revocations = createServiceRevocations({ db, clock, ids });
  const tokens = createServiceTokens({
    keys: serviceKeys,
    isRevoked: revocations.isRevoked,
    environment: config.appEnv,
    issuer: config.baseUrl,
    clock,
    ids,
  });
  const standIn = config.ollamaBaseUrl === undefined
    ? startStandIn({
      port: config.standInPort,
      tokensPerSecond: config.standInTokensPerSecond,
      clock,
      verifyToken: async (bearer) => (await tokens.verify(bearer, GATEWAY)) !== null,
      faults: config.appEnv === "test",
      embedDim: config.embedDim,
      log,
    })
    : null;
  const modelUrl = config.ollamaBaseUrl ?? standIn!.url;
  const model = createModelHost({
    baseUrl: modelUrl,
    chatModel: config.chatModel,
    embedModel: config.embedModel,
    judgeModel: config.judgeModel,
    allowed: config.modelsAllowed,
    embedDim: config.embedDim,
    concurrency: config.modelConcurrency,
    fetch: guardedFetch({ origins: [modelUrl] }),
    token: () => tokens.token("edge", GATEWAY, ["invoke:model"]),
    clock,
    random,
    metrics,
    log,
  });
  const plans = createPlans(config);
  const securityLog: NoteSecurity = (tx, note) => accounts.audit.record(tx, note);
  const entitlements = createEntitlements({ db, clock, ids, plans, metrics, securityLog });
  const cursorKey = purposeKey(secrets.appSecret, "cursor");
  const notices = createNotices({ db, clock, ids, plans, entitlements, cursorKey });
  const onboarding = createOnboarding({ db, clock, metrics });
  const usage = createUsage({
    db,
    clock,
    ids,
    log,
    plans,
    entitlements,
    metrics,
    cursorKey,
    kv,
    systemTokensPerDay: config.systemTokensPerDay === -1 ? null : config.systemTokensPerDay,
    onWarning: (warning) => billing.warnings.note(warning),
  });
  const policy = createPolicy({ clock, ids, metrics });
  const outbox = createOutbox({ db, clock, ids, log, metrics, jitter: () => random(1)[0]! / 255 });
  const memory = createMemory({
    db,
    kv,
    clock,
    ids,
    metrics,
    outbox,
    model,
    capableModel: standIn === null,
    cosineFloor: config.embedFloor,
    policy,
    usage,
    cursorKey,
    tombstoneKey: purposeKey(secrets.appSecret, "forgotten"),
    onProposal: (tx, userId) => noteProposal(notices, clock, { tx, userId }),
    onDemotion: (tx, userId) => noteDemotion(notices, clock, { tx, userId }),
  });
  const hasher = await createPasswordHasher();
  const mailer: Mailer = config.smtpUrl
    ? markingBounces(smtpMailer({ url: config.smtpUrl, from: config.mailFrom }), { db, clock })
    : mailboxMailer({ folder: platform.mailFolder, now: () => clock.now(), id: ids, log });
  const unsubscribe = createUnsubscribe(purposeKey(secrets.appSecret, "unsubscribe"));
  const billing = createBilling({
    db,
    clock,
    ids,
    log,
    metrics,
    outbox,
    entitlements,
    plans,
    mailer,
    cursorKey,
    settings: await billingSettings(config, secrets),
    securityLog,
    unsubscribePath: unsubscribe.path,
  });
  const trials = createTrials({
    db,
    key: purposeKey(secrets.appSecret, "trials"),
    now: () => clock.now(),
  });
  const accounts = createAccounts({
    db,
    kv,
    clock,
    ids,
    random,
    hasher,
    outbox,
    mailer,
    log,
    metrics,
    appSecret: secrets.appSecret,
    userKeys,
    services: tokens,
    options: {
      appEnv: config.appEnv,
      baseUrl: config.baseUrl,
      supportEmail: config.supportEmail,
      autoVerify: config.autoVerifyEmail,
      registration: { mode: config.registrationMode, enumeration: config.registrationEnumeration },
      entitlements,
      onMail: (tx, mail) => noteMail(notices, tx, mail),
      onRegister: async (tx, { id: userId }) => {
        const [row] = await tx<{ emailNormalized: string }[]>`
          select email_normalized from users where id = ${userId}`;
        await trials.begin(tx, { userId, emailNormalized: row!.emailNormalized });
      },
      onSettings: (tx, { id }, change) => memory.followSettings(tx, id, change),
      onClose: (tx, { id }) => billing.service.close(tx, id),
      onErase: async (tx, { id, emailNormalized }) => {
        await billing.erase(tx, id);
        await trials.left(tx, emailNormalized);
      },
      rules: {
        newDevice: config.ruleNewDevice,
        usageSpike: config.ruleUsageSpike,
        wideReading: config.ruleWideReading,
        credentialStuffing: config.ruleCredentialStuffing,
        keyAbuse: config.ruleKeyAbuse,
      },
    },
  });
  const chat = createChat({
    db,
    kv,
    clock,
    ids,
    log,
    metrics,
    outbox,
    model,
    policy,
    memory,
    usage,
    cursorKey,
    practiceModel: standIn !== null,
  });
  // What runs for somebody who is suspended or leaves ends with it (ACC-85).
  accounts.administration.onStop(async (userId) => {
    const running = await db.asSystem("accounts: running turns", (tx) =>
      tx<{ id: string }[]>`
        select id from turns where user_id = ${userId} and status in ('queued', 'streaming')`);
    await Promise.all(running.map(({ id }) => chat.turns.stop(userId, id)));
  });
  const limiter = createRateLimiter({ kv, clock, metrics });
  return {
    ...platform,
    userKeys,
    serviceKeys,
    revocations,
    cursorKey,
    tokens,
    standIn,
    model,
    plans,
    entitlements,
    trials,
    usage,
    policy,
    outbox,
    memory,
    accounts,
    chat,
    limiter,
    mailer,
    unsubscribe,
    billing,
    notices,
    onboarding,
    /** Ends what holds a resource, in the right order. */
    async close(): Promise<void> {
      await outbox.stop();
      await accounts.serviceAccess.flushUses().catch(() => {});
      await limiter.settle();
      limiter.close();
      hasher.close();
      await standIn?.close();
    },
  };
}

/** How payments are set up: a provider, test payments, or none in production (BIL-3). */
async function billingSettings(config: Config, secrets: Secrets): Promise<BillingSettings> {
  const mac = await purposeKey(secrets.appSecret, "test-payments").mac("events");
  return {
    stripe: config.stripeSecretKey
      ? {
        secretKey: config.stripeSecretKey,
        webhookSecrets: config.stripeWebhookSecret ?? [],
        prices: { basic: config.stripePriceBasic, pro: config.stripePricePro },
        fetch: guardedFetch({ origins: ["https://api.stripe.com"] }),
      }
      : null,
    testPayments: config.appEnv !== "production" || config.allowTestPayments,
    testSecret: `whsec_${mac.toHex()}`,
    graceDays: config.billingGraceDays,
    baseUrl: config.baseUrl,
    supportEmail: config.supportEmail,
  };
}

/** The labels of what stands in for a configured service. */
export function standInsOf(
  services: Pick<Services, "standIn" | "mailer" | "billing">,
): { component: string; label: string }[] {
  return [
    ...(services.standIn ? [{ component: "model", label: "practice model" }] : []),
    ...(services.billing.testPayments ? [{ component: "payments", label: "test payments" }] : []),
    ...(services.mailer.kind === "mailbox"
      ? [{ component: "mail", label: "development mailbox" }]
      : []),
  ];
}
