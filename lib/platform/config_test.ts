import { expect } from "expect";
import { type Config, ConfigError, maskedConfig, parseConfig, variableDocs } from "./config.ts";
import { PLAN_NAMES, PLAN_SUFFIXES } from "./config_plans.ts";
import { RATE_CLASSES } from "./config_rates.ts";

/** The faults of an environment, empty when it is accepted. */
function faultsOf(env: Record<string, string>): string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).faults;
  }
}

const SECRET = "k7Vd0-QwErTyUiOpAsDfGhJkLzXcVbNm";
const PRODUCTION = {
  APP_ENV: "production",
  BASE_URL: "https://nova.example.org",
  APP_SECRET: SECRET,
  SERVICE_SIGNING_KEYS: '{"keys":[]}',
};

Deno.test("[OPS-3] nothing at all is a complete configuration", () => {
  const config = parseConfig({});
  expect(config).toMatchObject(
    {
      appEnv: "development",
      baseUrl: "http://localhost:8000",
      host: "127.0.0.1",
      port: 8000,
      dataDir: "./data",
      kvPath: "./data/kv.sqlite3",
      chatModel: "practice",
      embedModel: "practice-embed",
      judgeModel: "practice",
      embedDim: 768,
      standInPort: 0,
      standInTokensPerSecond: 50,
      registrationMode: "open",
      registrationEnumeration: "allow",
      minAge: 13,
      logLevel: "info",
      warnings: [],
    } satisfies Partial<Config>,
  );
  expect(config.databaseUrl).toBeUndefined();
  expect(config.appSecret).toBeUndefined();
});

Deno.test("[CON-80] defaults follow what else is set", () => {
  const config = parseConfig({
    APP_ENV: "staging",
    APP_SECRET: "0123456789abcdef0123456789abcdef",
    SERVICE_SIGNING_KEYS: "{}",
    PORT: "9000",
    DATA_DIR: "/srv/nova",
    OLLAMA_BASE_URL: "http://gpu:11434",
    BASE_URL: "https://nova.example.org/",
  });
  expect(config).toMatchObject({
    host: "0.0.0.0",
    baseUrl: "https://nova.example.org",
    kvPath: "/srv/nova/kv.sqlite3",
    chatModel: "mistral:instruct",
    embedModel: "nomic-embed-text",
    judgeModel: "mistral:instruct",
  });
  expect(parseConfig({ PORT: "9000" }).baseUrl).toBe("http://localhost:9000");
  expect(parseConfig({ CHAT_MODEL: "llama" }).judgeModel).toBe("llama");
});

Deno.test("[CON-80] an empty value counts as not set", () => {
  const empty = Object.fromEntries(variableDocs().map(({ name }) => [name, ""]));
  const families = { PLAN_BASIC_TOKENS_PER_DAY: "", RATE_LOGIN: "" };
  expect(parseConfig({ ...empty, ...families })).toEqual(parseConfig({}));
});

Deno.test("[OPS-4] all faults are listed together", () => {
  const faults = faultsOf({
    PORT: "eighty",
    EMBED_DIM: "10",
    APP_ENV: "prod",
    DATABASE_URL: "mysql://x",
    MODEL_AUTO_PULL: "yes",
    PLAN_BASIC_TOKENS_PER_DAY: "many",
    RATE_LOGIN: "often",
    TRUSTED_PROXIES: "10.0.0.0/8, proxy.local",
  });
  const names = faults.map((fault) => fault.split(":")[0]).sort();
  expect(names).toEqual([
    "APP_ENV",
    "DATABASE_URL",
    "EMBED_DIM",
    "MODEL_AUTO_PULL",
    "PLAN_BASIC_TOKENS_PER_DAY",
    "PORT",
    "RATE_LOGIN",
    "TRUSTED_PROXIES",
  ]);
  expect(new ConfigError(faults).message).toContain("8 fault(s)");
});

Deno.test("[OPS-7] no message holds the value of a secret", () => {
  const secrets = variableDocs().filter((doc) => doc.secret).map((doc) => doc.name);
  expect(secrets).toEqual([
    "APP_SECRET",
    "APP_SECRET_PREVIOUS",
    "AUTH_SIGNING_KEYS",
    "SERVICE_SIGNING_KEYS",
    "DATABASE_URL",
    "DATABASE_ADMIN_URL",
    "SMTP_URL",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "METRICS_TOKEN",
  ]);
  const faults = faultsOf(Object.fromEntries(secrets.map((name) => [name, "hunter2"])));
  expect(faults.length).toBe(8); // the signing keys are looked at when they are used
  expect(faults.join()).not.toContain("hunter2");
  const masked = maskedConfig(parseConfig({ ...PRODUCTION, METRICS_TOKEN: `${SECRET}x` }));
  expect(JSON.stringify(masked)).not.toContain(SECRET);
  expect(masked).toMatchObject({ APP_SECRET: "set", SMTP_URL: "not set", PORT: 8000 });
  // Nor what an address that may be read carries along.
  const host = maskedConfig(parseConfig({ OLLAMA_BASE_URL: "http://me:hunter2@gpu.internal:1/x" }));
  expect(host.OLLAMA_BASE_URL).toBe("http://***@gpu.internal:1/x");
});

Deno.test("[OPS-7] an unknown variable with a known prefix is warned about", () => {
  const { warnings } = parseConfig({ OLLAMA_BASEURL: "x", OLLAMA_HOST: "x", PATH: "/bin" });
  expect(warnings).toEqual([
    "OLLAMA_BASEURL is not a setting of this product; did you mean OLLAMA_BASE_URL?",
  ]);
});

Deno.test("[PLN-16] every limit of every plan can be set, and nothing else", () => {
  const defaults = parseConfig({}).plans;
  expect(Object.keys(defaults)).toHaveLength(
    PLAN_NAMES.length * Object.keys(PLAN_SUFFIXES).length,
  );
  for (const name of Object.keys(defaults)) {
    const env = { [name]: "7", PLAN_ALLOW_NON_MONOTONIC: "true" };
    expect(parseConfig(env).plans).toEqual({ ...defaults, [name]: 7 });
  }
  expect(parseConfig({ PLAN_BASIC_TOKENS_PER_DAY: "-1" }).plans.PLAN_BASIC_TOKENS_PER_DAY)
    .toBe(-1);
});

Deno.test("[PLN-3] a misspelt limit stops the start and says what was meant", () => {
  expect(faultsOf({ PLAN_BASIC_TOKENS_PER_DAYS: "1" })).toEqual([
    "PLAN_BASIC_TOKENS_PER_DAYS: there is no such limit; did you mean PLAN_BASIC_TOKENS_PER_DAY?",
  ]);
  expect(faultsOf({ RATE_LOGINS: "1/m" })).toEqual([
    "RATE_LOGINS: there is no such class of requests; did you mean RATE_LOGIN?",
  ]);
  for (const value of ["1.5", "-2", "1e3", "ten", " 5"]) {
    expect(faultsOf({ PLAN_PRO_STORAGE_BYTES: value })).toHaveLength(1);
  }
});

Deno.test("[PLN-3] a plan that grants less than the one below it stops the start, unless meant", () => {
  const env = { PLAN_BASIC_TOKENS_PER_DAY: "9999" };
  expect(faultsOf(env)).toEqual([
    "PLAN_BASIC_TOKENS_PER_DAY: 9999 grants less than PLAN_FREE_TRIAL_TOKENS_PER_DAY (10000); " +
    "set PLAN_ALLOW_NON_MONOTONIC=true if that is meant",
  ]);
  expect(faultsOf({ ...env, PLAN_ALLOW_NON_MONOTONIC: "true" })).toEqual([]);
  expect(faultsOf({ PLAN_PRO_TOKENS_PER_DAY: "60000" })).toEqual([]);
  expect(faultsOf({ PLAN_BASIC_TOKENS_PER_DAY: "-1", PLAN_PRO_TOKENS_PER_DAY: "1" })).toHaveLength(
    1,
  );
});

Deno.test("[API-14] rates are read over their defaults", () => {
  const { rates } = parseConfig({ RATE_LOGIN: "5/10s", RATE_REGISTER: "-1" });
  expect(rates.RATE_LOGIN).toEqual({ count: 5, windowSeconds: 10 });
  expect(rates.RATE_REGISTER).toBeNull();
  expect(Object.keys(rates)).toHaveLength(Object.keys(RATE_CLASSES).length);
  expect(rates.RATE_WEB_READ).toEqual({ count: 240, windowSeconds: 60 });
});

Deno.test("[OPS-5] production accepts a complete configuration", () => {
  expect(faultsOf(PRODUCTION)).toEqual([]);
  expect(parseConfig(PRODUCTION).host).toBe("0.0.0.0");
});

Deno.test("[OPS-5] production refuses what is unsafe, naming all of it", () => {
  const without = (name: string) => ({ ...PRODUCTION, [name]: "" });
  const cases: [env: Record<string, string>, names: string[]][] = [
    [{ APP_ENV: "production" }, ["APP_SECRET", "SERVICE_SIGNING_KEYS", "BASE_URL"]],
    [without("APP_SECRET"), ["APP_SECRET"]],
    [{ ...PRODUCTION, APP_SECRET: "short" }, ["APP_SECRET"]],
    [{ ...PRODUCTION, APP_SECRET: "a".repeat(40) }, ["APP_SECRET"]],
    [{ ...PRODUCTION, APP_SECRET: "abcabcabc".repeat(5) }, ["APP_SECRET"]],
    [{ ...PRODUCTION, METRICS_TOKEN: SECRET }, ["METRICS_TOKEN"]],
    [{ ...PRODUCTION, METRICS_TOKEN: "short" }, ["METRICS_TOKEN"]],
    [without("SERVICE_SIGNING_KEYS"), ["SERVICE_SIGNING_KEYS"]],
    [{ ...PRODUCTION, BASE_URL: "http://nova.example.org" }, ["BASE_URL"]],
    [without("BASE_URL"), ["BASE_URL"]],
    [{ ...PRODUCTION, ALLOWED_ORIGINS: "https://a.example, *" }, ["ALLOWED_ORIGINS"]],
  ];
  for (const [env, names] of cases) {
    expect({ env, names: faultsOf(env).map((fault) => fault.split(":")[0]) }).toEqual({
      env,
      names,
    });
  }
});

Deno.test("[OPS-5] plain HTTP is accepted behind a trusted proxy", () => {
  const env = {
    ...PRODUCTION,
    BASE_URL: "http://nova.internal",
    TRUSTED_PROXIES: "10.0.0.0/8,fd00::/8,127.0.0.1",
  };
  expect(parseConfig(env).trustedProxies).toEqual(["10.0.0.0/8", "fd00::/8", "127.0.0.1"]);
});

Deno.test("[OPS-1] every variable is documented", () => {
  for (const doc of variableDocs()) {
    expect(doc.name).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
    expect(doc.description.length).toBeGreaterThan(5);
  }
});

/** The variables that the faults are about. */
const namesOf = (env: Record<string, string>) => faultsOf(env).map((fault) => fault.split(":")[0]);

const STRIPE = {
  STRIPE_SECRET_KEY: "sk_test_0123456789",
  STRIPE_WEBHOOK_SECRET: "whsec_0123456789abcdef,whsec_fedcba9876543210",
  STRIPE_PRICE_BASIC: "price_new,price_old",
  STRIPE_PRICE_PRO: "price_pro",
};

Deno.test("[OPS-3] the settings of payments are all there, or none of them is", () => {
  expect(parseConfig({}).stripeSecretKey).toBeUndefined();
  const config = parseConfig(STRIPE);
  expect(config.stripeWebhookSecret).toHaveLength(2);
  expect(config.stripePriceBasic).toEqual(["price_new", "price_old"]);
  for (const missing of Object.keys(STRIPE)) {
    expect(namesOf({ ...STRIPE, [missing]: "" })).toEqual([missing]);
  }
  expect(namesOf({ ...STRIPE, STRIPE_PRICE_PRO: "price_old" })).toEqual(["STRIPE_PRICE_PRO"]);
  const three = "whsec_0123456789abcdef,".repeat(3);
  expect(namesOf({ ...STRIPE, STRIPE_WEBHOOK_SECRET: three })).toContain("STRIPE_WEBHOOK_SECRET");
});

Deno.test("[BIL-41] the grace is three to fourteen days", () => {
  expect(parseConfig({}).billingGraceDays).toBe(7);
  for (const days of ["2", "15", "-1", "1.5"]) {
    expect(namesOf({ BILLING_GRACE_DAYS: days })).toEqual(["BILLING_GRACE_DAYS"]);
  }
});
