import { z } from "zod";
import { closest } from "./closest.ts";
import { planVariables } from "./config_plans.ts";
import { rateVariables } from "./config_rates.ts";
import { isNetwork } from "./http/address.ts";

/** The environments a process can run in. */
export const APP_ENVS = ["development", "test", "staging", "production"] as const;
export type AppEnv = (typeof APP_ENVS)[number];

/** A setting as the operator sees it: name, default, meaning, and whether its value is secret. */
export interface VariableDoc {
  name: string;
  /** Default as written in the environment; empty when there is none. */
  fallback: string;
  description: string;
  secret?: boolean;
}

interface Variable extends VariableDoc {
  schema: z.ZodType<unknown, string | undefined>;
}

const url = (protocols: string[]) =>
  z.string().refine((text) => {
    const parsed = URL.parse(text);
    return parsed !== null && protocols.includes(parsed.protocol.slice(0, -1));
  }, `must be a URL starting with ${protocols.map((p) => `${p}://`).join(" or ")}`);
const integer = (min: number, max: number) =>
  z.string().regex(/^-?\d+$/, "must be a whole number").transform(Number)
    .refine((n) => n >= min && n <= max, `must be between ${min} and ${max}`);
const share = z.string().regex(/^(?:0|1|0?\.\d{1,6})$/, "must be a number from 0 to 1")
  .transform(Number);
const list = z.string().transform((text) => text.split(",").map((s) => s.trim()).filter(Boolean));
const flag = z.enum(["true", "false"], "must be true or false").transform((t) => t === "true");
const secret = (bytes: number) =>
  z.string().refine(
    (text) => new TextEncoder().encode(text).length >= bytes,
    `must be at least ${bytes} bytes long`,
  );

/** Every variable the product reads, but for the families `PLAN_*` and `RATE_*`. */
const VARIABLES = {
  appEnv: v("APP_ENV", "development", "Kind of installation", z.enum(APP_ENVS)),
  baseUrl: v(
    "BASE_URL",
    "",
    "Public address; default http://localhost:PORT",
    url(["http", "https"]),
  ),
  host: v("HOST", "", "Address to listen on; default 127.0.0.1, in production 0.0.0.0", z.string()),
  port: v("PORT", "8000", "Port to listen on", integer(1, 65535)),
  dataDir: v(
    "DATA_DIR",
    "./data",
    "Folder of the embedded database, KV file and secrets",
    z.string(),
  ),
  appSecret: v(
    "APP_SECRET",
    "",
    "Key of cookies and stored secrets; made in development",
    secret(32),
    true,
  ),
  appSecretPrevious: v(
    "APP_SECRET_PREVIOUS",
    "",
    "The former APP_SECRET while it is being replaced; see docs/security.md",
    secret(32),
    true,
  ),
  authSigningKeys: v(
    "AUTH_SIGNING_KEYS",
    "",
    "Ed25519 private keys (JWK set) of access tokens; empty: made and kept in the database",
    z.string(),
    true,
  ),
  serviceSigningKeys: v(
    "SERVICE_SIGNING_KEYS",
    "",
    "Ed25519 private keys (JWK set) of service tokens; made in development",
    z.string(),
    true,
  ),
  databaseUrl: v(
    "DATABASE_URL",
    "",
    "PostgreSQL, login role; empty: embedded",
    url(["postgres", "postgresql"]),
    true,
  ),
  databaseAdminUrl: v(
    "DATABASE_ADMIN_URL",
    "",
    "PostgreSQL, owner role, for migrations; empty: DATABASE_URL",
    url(["postgres", "postgresql"]),
    true,
  ),
  kvPath: v("KV_PATH", "", "File of the key-value store; empty: under DATA_DIR", z.string()),
  ollamaBaseUrl: v(
    "OLLAMA_BASE_URL",
    "",
    "Model host; empty: practice model",
    url(["http", "https"]),
  ),
  chatModel: v("CHAT_MODEL", "", "Model for answers", z.string()),
  embedModel: v("EMBED_MODEL", "", "Model for embeddings", z.string()),
  judgeModel: v("JUDGE_MODEL", "", "Model for assessments; empty: CHAT_MODEL", z.string()),
  modelsAllowed: v("MODELS_ALLOWED", "", "Models people may choose, beside CHAT_MODEL", list),
  modelConcurrency: v(
    "MODEL_CONCURRENCY",
    "",
    "Answers asked of the model host at once, more wait; default 4, of the practice model 512",
    integer(1, 10_000),
  ),
  modelAutoPull: v("MODEL_AUTO_PULL", "false", "Whether missing models are pulled at start", flag),
  embedDim: v("EMBED_DIM", "768", "Length of embedding vectors", integer(64, 4000)),
  embedFloor: v(
    "EMBED_FLOOR",
    "0.35",
    "Likeness (cosine) from which the embedding model alone lets something be recalled",
    share,
  ),
  standInPort: v(
    "STANDIN_PORT",
    "0",
    "Port of the practice model; 0: any free one",
    integer(0, 65535),
  ),
  standInTokensPerSecond: v(
    "STANDIN_TOKENS_PER_SECOND",
    "50",
    "Speed of the practice model; 0: at once",
    integer(0, 1_000_000),
  ),
  trustedProxies: v(
    "TRUSTED_PROXIES",
    "",
    "Addresses whose forwarding headers are believed",
    list.refine((all) => all.every(isNetwork), "must list addresses or networks like 10.0.0.0/8"),
  ),
  allowedOrigins: v("ALLOWED_ORIGINS", "", "Other origins that may call the API", list),
  smtpUrl: v(
    "SMTP_URL",
    "",
    "Mail server; empty: development mailbox",
    url(["smtp", "smtps"]),
    true,
  ),
  mailFrom: v("MAIL_FROM", "NovaCoreAI <nova@localhost>", "Sender of mails", z.string()),
  supportEmail: v("SUPPORT_EMAIL", "", "Address people can write to", z.string()),
  operatorName: v(
    "OPERATOR_NAME",
    "",
    "Who runs this installation, for the legal pages",
    z.string(),
  ),
  operatorAddress: v("OPERATOR_ADDRESS", "", "Postal address, for the legal pages", z.string()),
  stripeSecretKey: v(
    "STRIPE_SECRET_KEY",
    "",
    "Key of the payment provider; empty: test payments",
    z.string().regex(/^(?:sk|rk)_(?:test|live)_\w{8,}$/, "must be a key like sk_test_..."),
    true,
  ),
  stripeWebhookSecret: v(
    "STRIPE_WEBHOOK_SECRET",
    "",
    "Signing secret of its events; two, separated by a comma, while one is replaced",
    list.refine(
      (all) => all.length <= 2 && all.every((one) => /^whsec_\S{16,}$/.test(one)),
      "must be one or two secrets like whsec_...",
    ),
    true,
  ),
  stripePriceBasic: v(
    "STRIPE_PRICE_BASIC",
    "",
    "Price of the plan Basic; former prices may follow, separated by commas",
    list,
  ),
  stripePricePro: v(
    "STRIPE_PRICE_PRO",
    "",
    "Price of the plan Pro; former prices may follow, separated by commas",
    list,
  ),
  allowTestPayments: v(
    "ALLOW_TEST_PAYMENTS",
    "false",
    "Whether test payments are offered in production without a provider",
    flag,
  ),
  billingGraceDays: v(
    "BILLING_GRACE_DAYS",
    "7",
    "Days a plan goes on after a failed payment",
    integer(3, 14),
  ),
  refundDays: v("REFUND_DAYS", "30", "Days in which refunds are promised", integer(0, 365)),
  metricsToken: v("METRICS_TOKEN", "", "Bearer token for /metrics", secret(32), true),
  logLevel: v(
    "LOG_LEVEL",
    "info",
    "error, warn, info or debug",
    z.enum(["error", "warn", "info", "debug"]),
  ),
  registrationMode: v("REGISTRATION_MODE", "open", "Who may register", z.enum(["open", "closed"])),
  registrationEnumeration: v(
    "REGISTRATION_ENUMERATION",
    "allow",
    "Whether registration says that an address is taken",
    z.enum(["allow", "deny"]),
  ),
  autoVerifyEmail: v(
    "AUTO_VERIFY_EMAIL",
    "false",
    "Whether addresses count as confirmed without a mail",
    flag,
  ),
  ruleNewDevice: v(
    "FEATURE_RULE_NEW_DEVICE",
    "true",
    "Whether a sign-in from a new device is mailed",
    flag,
  ),
  ruleUsageSpike: v(
    "FEATURE_RULE_USAGE_SPIKE",
    "true",
    "Whether usage far above the mean raises an alert",
    flag,
  ),
  ruleWideReading: v(
    "FEATURE_RULE_WIDE_READING",
    "true",
    "Whether opening very many accounts restricts a moderator",
    flag,
  ),
  ruleCredentialStuffing: v(
    "FEATURE_RULE_CREDENTIAL_STUFFING",
    "true",
    "Whether a wave of failed sign-ins raises an alert",
    flag,
  ),
  ruleKeyAbuse: v(
    "FEATURE_RULE_KEY_ABUSE",
    "true",
    "Whether a key that is refused again and again is paused",
    flag,
  ),
  minAge: v("MIN_AGE", "13", "Age people confirm at registration", integer(13, 18)),
  planAllowNonMonotonic: v(
    "PLAN_ALLOW_NON_MONOTONIC",
    "false",
    "Whether a plan may grant less than the one below it",
    flag,
  ),
  systemTokensPerDay: v(
    "SYSTEM_TOKENS_PER_DAY",
    "-1",
    "Tokens a day for work the product does by itself, such as taking facts; -1 is unlimited",
    integer(-1, 1_000_000_000_000),
  ),
} satisfies Record<string, Variable>;

function v<T>(
  name: string,
  fallback: string,
  description: string,
  schema: z.ZodType<T, string>,
  isSecret = false,
): Variable & { schema: z.ZodType<T, string> } {
  return { name, fallback, description, schema, secret: isSecret } as
    & Variable
    & { schema: z.ZodType<T, string> };
}

type Raw = { [K in keyof typeof VARIABLES]: z.output<(typeof VARIABLES)[K]["schema"]> };
/** Variables that are absent when empty and have no computed default. */
type Optional =
  | "appSecret"
  | "appSecretPrevious"
  | "authSigningKeys"
  | "serviceSigningKeys"
  | "databaseUrl"
  | "databaseAdminUrl"
  | "ollamaBaseUrl"
  | "smtpUrl"
  | "supportEmail"
  | "operatorName"
  | "operatorAddress"
  | "stripeSecretKey"
  | "stripeWebhookSecret"
  | "metricsToken";

/** Limits and rate classes, by the name of their variable. */
export interface FamilyValues {
  /** `PLAN_<PLAN>_<SUFFIX>` to a whole number, -1 meaning unlimited. */
  plans: Record<string, number>;
  /** `RATE_<CLASS>` to its limit, null meaning unlimited. */
  rates: Record<string, { count: number; windowSeconds: number } | null>;
}

/** The parsed configuration of one process. */
export type Config =
  & Omit<Raw, Optional>
  & { [K in Optional]: Raw[K] | undefined }
  & FamilyValues
  & { warnings: string[] };

/** All faults of a configuration, listed together; no message holds a secret's value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly faults: string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${
        faults.map((f) => `  - ${f}`).join("\n")
      }`,
    );
  }
}

/**
 * Parses the environment once. An empty value counts as not set.
 *
 * @throws ConfigError listing every fault
 */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, variable] of Object.entries(VARIABLES) as [string, Variable][]) {
    const given = env[variable.name] || variable.fallback;
    if (given === "") continue;
    const parsed = variable.schema.safeParse(given);
    if (parsed.success) values[key] = parsed.data;
    else faults.push(fault(variable, given, parsed.error));
  }
  const families = parseFamilies(env, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  const config = withDefaults(values as Partial<Raw>, families, unknownVariables(env));
  checkProduction(config, env, faults);
  if (config.appEnv === "production") config.warnings.push(...productionWarnings(config));
  checkPayments(config, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function fault(variable: Variable, given: string, error: z.ZodError): string {
  const reason = error.issues.map((issue) => issue.message).join(", ");
  const shown = variable.secret ? "its value" : JSON.stringify(given);
  return `${variable.name}: ${shown} is not accepted: ${reason} (${variable.description})`;
}

function parseFamilies(env: Record<string, string | undefined>, faults: string[]): FamilyValues {
  const plans = planVariables(env, faults);
  const rates = rateVariables(env, faults);
  return { plans, rates };
}

function withDefaults(raw: Partial<Raw>, families: FamilyValues, warnings: string[]): Config {
  const values = raw as Raw;
  const local = values.appEnv === "development" || values.appEnv === "test";
  const standIn = values.ollamaBaseUrl === undefined;
  const chatModel = values.chatModel ?? (standIn ? "practice" : "mistral:instruct");
  return {
    ...values,
    baseUrl: (values.baseUrl ?? `http://localhost:${values.port}`).replace(/\/+$/, ""),
    host: values.host ?? (local ? "127.0.0.1" : "0.0.0.0"),
    kvPath: values.kvPath ?? `${values.dataDir}/kv.sqlite3`,
    chatModel,
    embedModel: values.embedModel ?? (standIn ? "practice-embed" : "nomic-embed-text"),
    judgeModel: values.judgeModel ?? chatModel,
    modelConcurrency: values.modelConcurrency ?? (standIn ? 512 : 4),
    modelsAllowed: values.modelsAllowed ?? [],
    trustedProxies: values.trustedProxies ?? [],
    allowedOrigins: values.allowedOrigins ?? [],
    stripePriceBasic: values.stripePriceBasic ?? [],
    stripePricePro: values.stripePricePro ?? [],
    ...families,
    warnings,
  };
}

/** What production starts with, but the operator should know (OPS-6). */
function productionWarnings(config: Config): string[] {
  return [
    ...(config.databaseUrl && !config.databaseAdminUrl
      ? ["DATABASE_ADMIN_URL is empty: the login role migrates, so it owns what it should only use"]
      : []),
    ...(config.smtpUrl ? [] : ["SMTP_URL is empty: no mail leaves this machine"]),
    ...(config.supportEmail ? [] : ["SUPPORT_EMAIL is empty: people are told to write to nobody"]),
    ...(config.operatorName ? [] : ["OPERATOR_NAME is empty: the legal pages name nobody"]),
    ...(config.autoVerifyEmail ? ["AUTO_VERIFY_EMAIL is true: addresses are not confirmed"] : []),
  ];
}

/** What production and staging refuse (OPS-5). */
function checkProduction(
  config: Config,
  env: Record<string, string | undefined>,
  faults: string[],
): void {
  if (config.appEnv !== "production" && config.appEnv !== "staging") return;
  const where = config.appEnv;
  if (!config.appSecret) {
    faults.push(`APP_SECRET: is needed in ${where}, at least 32 random bytes`);
  } else if (new Set(config.appSecret).size < 10) {
    faults.push("APP_SECRET: its value has too little variety; use 32 random bytes");
  }
  if (config.appSecret && config.appSecret === config.appSecretPrevious) {
    faults.push("APP_SECRET_PREVIOUS: must differ from APP_SECRET, or be left out");
  }
  if (config.appSecret && config.appSecret === env.METRICS_TOKEN) {
    faults.push("METRICS_TOKEN: must not repeat APP_SECRET");
  }
  if (!config.serviceSigningKeys) {
    faults.push(
      `SERVICE_SIGNING_KEYS: is needed in ${where}; make it with: deno task nova keys make service`,
    );
  }
  if (config.appEnv !== "production") return;
  if (config.baseUrl.startsWith("http://") && config.trustedProxies.length === 0) {
    faults.push("BASE_URL: plain HTTP needs TRUSTED_PROXIES in production; use https://");
  }
  if (config.allowedOrigins.includes("*")) {
    faults.push("ALLOWED_ORIGINS: must list origins; `*` is not accepted in production");
  }
}

/** The settings of payments go together: all of them or none (OPS-3). */
function checkPayments(config: Config, faults: string[]): void {
  const parts: [string, boolean][] = [
    ["STRIPE_SECRET_KEY", config.stripeSecretKey !== undefined],
    ["STRIPE_WEBHOOK_SECRET", (config.stripeWebhookSecret?.length ?? 0) > 0],
    ["STRIPE_PRICE_BASIC", config.stripePriceBasic.length > 0],
    ["STRIPE_PRICE_PRO", config.stripePricePro.length > 0],
  ];
  const missing = parts.filter(([, there]) => !there).map(([name]) => name);
  if (missing.length > 0 && missing.length < parts.length) {
    faults.push(
      `${missing.join(", ")}: missing; payments need all of ${
        parts.map(([name]) => name).join(", ")
      }, or none of them`,
    );
  }
  const both = config.stripePriceBasic.filter((id) => config.stripePricePro.includes(id));
  if (both.length > 0) faults.push(`STRIPE_PRICE_PRO: ${both[0]} is a price of Basic already`);
  if (config.stripeSecretKey?.includes("_test_") && config.appEnv === "production") {
    config.warnings.push("STRIPE_SECRET_KEY is a test key: nobody is charged in production");
  }
}

const PREFIXES = [
  "STRIPE_",
  "BILLING_",
  "OLLAMA_",
  "DATABASE_",
  "STANDIN_",
  "REGISTRATION_",
  "SMTP_",
  "MODEL_",
  "EMBED_",
  "KV_",
];

/** Warnings about variables that look like ours but are not (OPS-7). */
function unknownVariables(env: Record<string, string | undefined>): string[] {
  const known = new Set(Object.values(VARIABLES).map((variable) => variable.name));
  return Object.keys(env)
    .filter((name) => PREFIXES.some((prefix) => name.startsWith(prefix)) && !known.has(name))
    // Ollama's own command line uses this one on the same machine.
    .filter((name) => !["OLLAMA_HOST", "OLLAMA_MODELS", "OLLAMA_KEEP_ALIVE"].includes(name))
    .map((name) => {
      const near = closest(name, [...known]);
      return `${name} is not a setting of this product${near ? `; did you mean ${near}?` : ""}`;
    });
}

/** The documented variables, in order, for `.env.example`, the docs page and `nova config doc`. */
export function variableDocs(): VariableDoc[] {
  return (Object.values(VARIABLES) as Variable[])
    .map(({ name, fallback, description, secret }) => ({ name, fallback, description, secret }));
}

/** The configuration as an operator may see it: secrets replaced by whether they are set. */
export function maskedConfig(config: Config): Record<string, unknown> {
  const entries = (Object.entries(VARIABLES) as [keyof Raw, Variable][]).map(([key, variable]) => {
    const value = config[key];
    return [
      variable.name,
      variable.secret ? (value === undefined ? "not set" : "set") : withoutUser(value) ?? null,
    ];
  });
  return Object.fromEntries(entries);
}

/** An address without the name and password it may carry. */
function withoutUser(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/^(\w+:\/\/)[^/@\s]*@/, "$1***@") : value;
}

/** The settings that are never shown, by name: to tell a change of one, not to write it down. */
export function secretSettings(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    (Object.entries(VARIABLES) as [keyof Raw, Variable][])
      .filter(([, { secret }]) => secret).map(([key, { name }]) => [name, config[key]]),
  );
}
