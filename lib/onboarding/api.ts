import { Hono } from "hono";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import * as schema from "./schema.ts";
import { type Onboarding, onboardingView } from "./service.ts";

const USER = { tag: "Account", auth: "user" } as const;
const answer = { 200: { schema: schema.onboardingSchema, description: "How far it came" } };

/** The routes of the first steps (API-32). */
export function onboardingApi(onboarding: Onboarding) {
  return new Hono<ApiEnv>()
    .get(
      "/api/account/onboarding",
      route({ ...USER, summary: "How far the tour came", responses: answer }),
      async (c) => c.json(onboardingView(await onboarding.progress(caller(c).userId)), 200),
    )
    .put(
      "/api/account/onboarding",
      route({
        ...USER,
        summary: "Take a step of the tour, skip it, begin anew, or put a tip away",
        body: schema.onboardingActSchema,
        responses: answer,
      }),
      async (c) => {
        const progress = await onboarding.act(caller(c).userId, c.req.valid("json"));
        return c.json(onboardingView(progress), 200);
      },
    );
}
