import { Hono } from "hono";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import { preferredLocale } from "@/lib/platform/locale.ts";
import type { SessionCookie } from "./cookie.ts";
import { acceptedSchema, loginSchema, registerSchema, signedInSchema } from "./schema.ts";
import type { Accounts, Client, NewSession } from "./service.ts";
import { settingsChangeSchema, settingsSchema } from "./settings.ts";

const TAG = "Accounts";

/** The routes of sign-in and settings. */
export function accountsApi(accounts: Accounts, cookie: SessionCookie) {
  const client = (request: Request, address: string): Client => ({
    address,
    userAgent: request.headers.get("user-agent") ?? "",
    locale: preferredLocale(request.headers.get("accept-language")),
  });
  const setCookie = (session: NewSession) => cookie.set(session.token, session.maxAgeSeconds);

  return new Hono<ApiEnv>()
    .post(
      "/api/auth/register",
      route({
        summary: "Make an account and sign it in",
        tag: TAG,
        auth: "public",
        rate: "REGISTER",
        body: registerSchema,
        responses: {
          201: { schema: signedInSchema, description: "The account exists and is signed in" },
          202: { schema: acceptedSchema, description: "Answer where addresses are not disclosed" },
        },
        problems: ["email_taken", "forbidden"],
      }),
      async (c) => {
        const made = await accounts.register(c.req.valid("json"), client(c.req.raw, c.var.address));
        if (!made) return c.json({ status: "accepted" as const }, 202);
        c.header("set-cookie", setCookie(made));
        return c.json(made.signedIn, 201);
      },
    )
    .post(
      "/api/auth/login",
      route({
        summary: "Sign in with a password",
        tag: TAG,
        auth: "public",
        rate: "LOGIN",
        body: loginSchema,
        responses: { 200: { schema: signedInSchema, description: "Signed in" } },
        problems: ["credentials_invalid", "login_throttled", "suspended"],
      }),
      async (c) => {
        const session = await accounts.login(c.req.valid("json"), client(c.req.raw, c.var.address));
        c.header("set-cookie", setCookie(session));
        return c.json(session.signedIn, 200);
      },
    )
    .post(
      "/api/auth/logout",
      route({
        summary: "End this session",
        tag: TAG,
        auth: "user",
        responses: { 204: { schema: null, description: "Signed out" } },
      }),
      async (c) => {
        await accounts.logout(caller(c));
        c.header("set-cookie", cookie.clear());
        c.header("clear-site-data", '"cache", "storage"');
        return c.body(null, 204);
      },
    )
    .post(
      "/api/auth/logout-all",
      route({
        summary: "End every session of this account",
        tag: TAG,
        auth: "user",
        responses: { 204: { schema: null, description: "Signed out everywhere" } },
      }),
      async (c) => {
        await accounts.logoutAll(caller(c).userId);
        c.header("set-cookie", cookie.clear());
        c.header("clear-site-data", '"cache", "storage"');
        return c.body(null, 204);
      },
    )
    .get(
      "/api/auth/me",
      route({
        summary: "Who is signed in",
        tag: TAG,
        auth: "user",
        responses: { 200: { schema: signedInSchema, description: "The signed-in user" } },
      }),
      async (c) => {
        const me = await accounts.me(cookie.read(c.req.raw.headers)!);
        return c.json(me!, 200);
      },
    )
    .get(
      "/api/account/settings",
      route({
        summary: "Settings of this account",
        tag: TAG,
        auth: "user",
        responses: { 200: { schema: settingsSchema, description: "All settings" } },
      }),
      async (c) => c.json(settingsSchema.parse(await accounts.settings(caller(c).userId)), 200),
    )
    .patch(
      "/api/account/settings",
      route({
        summary: "Change settings; what is not named stays",
        tag: TAG,
        auth: "user",
        body: settingsChangeSchema,
        responses: { 200: { schema: settingsSchema, description: "All settings" } },
      }),
      async (c) => {
        const changed = await accounts.changeSettings(caller(c).userId, c.req.valid("json"));
        return c.json(settingsSchema.parse(changed), 200);
      },
    );
}
