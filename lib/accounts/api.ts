import { type Context, Hono } from "hono";
import { type ApiEnv, caller, route, type RouteMeta } from "@/lib/platform/http/route.ts";
import { preferredLocale } from "@/lib/platform/locale.ts";
import { Problem } from "@/lib/platform/problem.ts";
import * as schema from "./schema.ts";
import type { Accounts, Client, Entered } from "./service.ts";
import { twoFactorApi } from "./two_factor_api.ts";

const TAG = "Accounts";

/** Whether a client asks for tokens instead of a cookie (ACC-36). */
export const isApiClient = (headers: Headers) => headers.get("x-nova-client") === "api";

/** From where and with what a request comes. */
export async function clientOf(
  accounts: Pick<Accounts, "deviceCookie">,
  request: Request,
  address: string,
  device: { deviceId?: string | undefined; deviceName?: string | undefined } = {},
): Promise<Client> {
  const isApi = isApiClient(request.headers);
  return {
    address,
    userAgent: request.headers.get("user-agent") ?? "",
    locale: preferredLocale(request.headers.get("accept-language")),
    isApi,
    deviceId: isApi ? device.deviceId ?? null : await accounts.deviceCookie.read(request.headers),
    ...(device.deviceName ? { deviceName: device.deviceName } : {}),
  };
}

/** Sets the cookies of a sign-in. */
export function setCookies(c: Context<ApiEnv>, cookies: readonly string[]): void {
  for (const cookie of cookies) c.header("set-cookie", cookie, { append: true });
}

const CLEAR = '"cache", "storage"';

/** Counted by the family of the token, which takes a look into the database. */
const REFRESH_ROUTE = {
  summary: "Exchange a refresh token for new tokens",
  tag: TAG,
  auth: "public",
  rate: "REFRESH",
  rateByText: true,
  body: schema.refreshSchema,
  responses: { 200: { schema: schema.refreshedSchema, description: "New tokens" } },
  problems: ["validation_failed", "token_invalid", "token_expired"],
} satisfies RouteMeta;

/** The routes of sign-in. */
export function accountsApi(accounts: Accounts) {
  const enter = (c: Context<ApiEnv>, entered: Entered) => {
    setCookies(c, entered.cookies);
    return entered.signedIn;
  };
  return new Hono<ApiEnv>()
    .post(
      "/api/auth/register",
      route({
        summary: "Make an account and sign it in",
        tag: TAG,
        auth: "public",
        rate: "REGISTER",
        body: schema.registerSchema,
        responses: {
          201: {
            schema: schema.signedInSchema,
            description: "The account exists and is signed in",
          },
          202: {
            schema: schema.acceptedSchema,
            description: "Answer where addresses are not disclosed",
          },
        },
        problems: ["email_taken", "forbidden"],
      }),
      async (c) => {
        const { deviceId, deviceName, ...form } = c.req.valid("json");
        const device = { deviceId, deviceName };
        const client = await clientOf(accounts, c.req.raw, c.var.address, device);
        const made = await accounts.register(form, client);
        if (!made) return c.json({ status: "accepted" as const }, 202);
        return c.json(enter(c, made), 201);
      },
    )
    .post(
      "/api/auth/login",
      route({
        summary: "Sign in with a password",
        tag: TAG,
        auth: "public",
        rate: "LOGIN",
        body: schema.loginSchema,
        responses: {
          200: {
            schema: schema.signedInSchema.or(schema.challengeSchema),
            description: "Signed in, or the challenge of the second step",
          },
        },
        problems: ["credentials_invalid", "login_throttled"],
      }),
      async (c) => {
        const { deviceId, deviceName, ...form } = c.req.valid("json");
        const device = { deviceId, deviceName };
        const client = await clientOf(accounts, c.req.raw, c.var.address, device);
        const entered = await accounts.login(form, client);
        return c.json("twoFactorRequired" in entered ? entered : enter(c, entered), 200);
      },
    )
    .post(
      "/api/auth/2fa/verify",
      route({
        summary: "The second step of signing in",
        tag: TAG,
        auth: "public",
        rate: "TWO_FACTOR",
        rateText: (body) => (body as { challengeId: string }).challengeId,
        rateByText: true,
        body: schema.secondStepSchema,
        responses: { 200: { schema: schema.signedInSchema, description: "Signed in" } },
        problems: ["credentials_invalid", "token_expired", "login_throttled"],
      }),
      async (c) => {
        const client = await clientOf(accounts, c.req.raw, c.var.address);
        return c.json(enter(c, await accounts.twoFactor.verify(c.req.valid("json"), client)), 200);
      },
    )
    .post(
      "/api/auth/refresh",
      route(REFRESH_ROUTE),
      async (c) => {
        if (!isApiClient(c.req.raw.headers)) throw needsApiClient();
        const { refreshToken, deviceId } = c.req.valid("json");
        const { gate, address } = c.var;
        const text = await accounts.families.idOf(refreshToken);
        if (text) {
          const limited = { request: c.req.raw, principal: null, address, meta: REFRESH_ROUTE };
          await gate.limit({ ...limited, text });
        }
        const tokens = await accounts.families.refresh(refreshToken, deviceId ?? null);
        return c.json({ tokens }, 200);
      },
    )
    .post(
      "/api/auth/logout",
      route({
        summary: "End this session",
        tag: TAG,
        auth: "user",
        anyStanding: true,
        responses: { 204: { schema: null, description: "Signed out" } },
      }),
      async (c) => {
        await accounts.logout(caller(c));
        return signedOut(c);
      },
    )
    .post(
      "/api/auth/logout-all",
      route({
        summary: "End every session of this account",
        tag: TAG,
        auth: "user",
        anyStanding: true,
        responses: { 204: { schema: null, description: "Signed out everywhere" } },
      }),
      async (c) => {
        await accounts.logoutAll(caller(c));
        return signedOut(c);
      },
    )
    .get(
      "/api/auth/me",
      route({
        summary: "Who is signed in",
        tag: TAG,
        auth: "user",
        anyStanding: true,
        responses: { 200: { schema: schema.signedInSchema, description: "The signed-in user" } },
      }),
      (c) => c.json(accounts.me(caller(c)), 200),
    )
    .post(
      "/api/auth/change-password",
      route({
        summary: "Set a new password; other devices are signed out",
        tag: TAG,
        auth: "user",
        body: schema.changePasswordSchema,
        responses: { 204: { schema: null, description: "Changed" } },
        problems: ["credentials_invalid", "login_throttled"],
      }),
      async (c) => {
        const client = await clientOf(accounts, c.req.raw, c.var.address);
        await accounts.passwords.change(caller(c), c.req.valid("json"), client);
        return c.body(null, 204);
      },
    )
    .post(
      "/api/auth/step-up",
      route({
        summary: "Prove once more who is there",
        tag: TAG,
        auth: "user",
        anyStanding: true,
        body: schema.stepUpSchema,
        responses: {
          200: { schema: schema.stepUpAnswerSchema, description: "The session with its new proof" },
        },
        problems: ["credentials_invalid", "login_throttled"],
      }),
      async (c) => {
        const client = await clientOf(accounts, c.req.raw, c.var.address);
        const done = await accounts.stepUp(caller(c), c.req.valid("json"), client);
        setCookies(c, done.cookies);
        return c.json({ session: done.session }, 200);
      },
    )
    .post(
      "/api/auth/verify-email",
      route({
        summary: "Confirm an e-mail with the secret of a link",
        tag: TAG,
        auth: "public",
        rate: "VERIFY",
        body: schema.verifyEmailSchema,
        responses: { 200: { schema: schema.verifiedSchema, description: "Confirmed" } },
        problems: ["link_invalid", "email_taken"],
      }),
      async (c) => {
        const done = await accounts.addresses.confirm(c.req.valid("json").token);
        return c.json({ emailVerified: true as const, ...done }, 200);
      },
    )
    .post(
      "/api/auth/resend-verification",
      route({
        summary: "Send the mail that confirms the e-mail again",
        tag: TAG,
        auth: "user",
        rate: "RESEND",
        responses: { 202: { schema: schema.acceptedSchema, description: "On its way" } },
      }),
      async (c) => {
        await accounts.addresses.resend(caller(c));
        return c.json({ status: "accepted" as const }, 202);
      },
    )
    .post(
      "/api/auth/request-password-reset",
      route({
        summary: "Ask for a link that sets a new password",
        tag: TAG,
        auth: "public",
        rate: "RESET",
        rateText: (body) => (body as { email?: string }).email ?? "",
        body: schema.requestResetSchema,
        responses: {
          202: { schema: schema.acceptedSchema, description: "The same for every address" },
        },
      }),
      async (c) => {
        await accounts.passwords.requestReset(c.req.valid("json").email);
        return c.json({ status: "accepted" as const }, 202);
      },
    )
    .post(
      "/api/auth/reset-password",
      route({
        summary: "Set a new password with the secret of a link",
        tag: TAG,
        auth: "public",
        rate: "VERIFY",
        body: schema.resetSchema,
        responses: { 200: { schema: schema.resetDoneSchema, description: "The password is set" } },
        problems: ["link_invalid", "credentials_invalid", "login_throttled"],
      }),
      async (c) => {
        const client = await clientOf(accounts, c.req.raw, c.var.address);
        await accounts.passwords.reset(c.req.valid("json"), client);
        return c.json({ status: "reset" as const }, 200);
      },
    )
    .route("/", twoFactorApi(accounts));

  function signedOut(c: Context<ApiEnv>) {
    c.header("set-cookie", accounts.cookie.clear());
    c.header("clear-site-data", CLEAR);
    return c.body(null, 204);
  }
}

function needsApiClient(): Problem {
  return new Problem(
    "validation_failed",
    400,
    "The request is not valid",
    "Only API clients refresh; send X-Nova-Client: api. Browsers keep a session cookie",
    { errors: [{ path: "", code: "client", message: "X-Nova-Client: api is needed" }] },
  );
}
