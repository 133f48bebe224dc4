import { Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import * as schema from "./schema.ts";
import type { Memory } from "./service.ts";

const TAG = "Memory";
const READ = ["memory:read"] as const;
const WRITE = ["memory:write"] as const;

const page = <Item extends z.ZodType>(item: Item) => ({
  200: {
    schema: z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() }),
    description: "A page, newest first",
  },
});
const memoryOf = (description: string) => ({ 200: { schema: schema.memorySchema, description } });

/** The routes of what waits for its owner's word, and of how far memory may go by itself. */
export function inboxApi(memory: Memory) {
  return new Hono<ApiEnv>()
    .get(
      "/api/memory/proposals",
      route({
        summary: "What memory asks before it saves",
        tag: TAG,
        auth: "user",
        scopes: READ,
        query: schema.pageQuerySchema,
        responses: page(schema.proposalSchema),
      }),
      async (c) => c.json(await memory.proposals(caller(c).userId, c.req.valid("query")), 200),
    )
    .post(
      "/api/memory/proposals/all",
      route({
        summary: "Accept or reject all proposals, a hundred at a time",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        rate: "MEMORY_WRITE",
        body: schema.decideAllSchema,
        responses: {
          200: {
            schema: z.strictObject({ decided: z.number().int() }),
            description: "How many were decided",
          },
        },
        problems: ["quota_exceeded"],
      }),
      async (c) =>
        c.json(await memory.decideAllProposals(caller(c), c.req.valid("json").answer), 200),
    )
    .post(
      "/api/memory/proposals/:id/accept",
      route({
        summary: "Accept a proposal",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        rate: "MEMORY_WRITE",
        responses: {
          200: {
            schema: z.strictObject({ memory: schema.memorySchema.nullable() }),
            description: "The memory; null when something was forgotten",
          },
        },
        problems: ["quota_exceeded"],
      }),
      async (c) => c.json(await memory.acceptProposal(caller(c), c.req.param("id")), 200),
    )
    .post(
      "/api/memory/proposals/:id/reject",
      route({
        summary: "Reject a proposal",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        rate: "MEMORY_WRITE",
        responses: { 204: { schema: null, description: "Rejected" } },
      }),
      async (c) => {
        await memory.rejectProposal(caller(c).userId, c.req.param("id"));
        return c.body(null, 204);
      },
    )
    .post(
      "/api/memory/health/fix",
      route({
        summary: "Propose what would tidy memory up; nothing changes before it is accepted",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        rate: "MEMORY_WRITE",
        body: schema.healthFixSchema,
        responses: {
          200: {
            schema: z.strictObject({ proposed: z.number().int() }),
            description: "How many proposals wait because of it",
          },
        },
      }),
      async (c) => c.json(await memory.proposeFix(caller(c).userId, c.req.valid("json").what), 200),
    )
    .get(
      "/api/memory/not-saved",
      route({
        summary: "What was not saved in the last 30 days, and why",
        tag: TAG,
        auth: "user",
        scopes: READ,
        query: schema.pageQuerySchema,
        responses: page(schema.notSavedSchema),
      }),
      async (c) => c.json(await memory.notSaved(caller(c).userId, c.req.valid("query")), 200),
    )
    .post(
      "/api/memory/not-saved/:id/save",
      route({
        summary: "Save it after all",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        rate: "MEMORY_WRITE",
        responses: memoryOf("The memory"),
        problems: ["conflict", "quota_exceeded"],
      }),
      async (c) => c.json(await memory.saveAnyway(caller(c), c.req.param("id")), 200),
    )
    .get(
      "/api/memory/contradictions",
      route({
        summary: "Facts that cannot both be true",
        tag: TAG,
        auth: "user",
        scopes: READ,
        query: schema.pageQuerySchema,
        responses: page(schema.contradictionSchema),
      }),
      async (c) => c.json(await memory.contradictions(caller(c).userId, c.req.valid("query")), 200),
    )
    .post(
      "/api/memory/contradictions/:id/resolve",
      route({
        summary: "Say which of two facts is true",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        rate: "MEMORY_WRITE",
        body: schema.resolveContradictionSchema,
        responses: { 204: { schema: null, description: "Resolved" } },
        problems: ["conflict"],
      }),
      async (c) => {
        await memory.resolveContradiction(
          caller(c).userId,
          c.req.param("id"),
          c.req.valid("json"),
        );
        return c.body(null, 204);
      },
    )
    .get(
      "/api/memory/settings",
      route({
        summary: "How far memory may go by itself",
        tag: TAG,
        auth: "user",
        scopes: READ,
        responses: { 200: { schema: schema.memorySettingsSchema, description: "Settings" } },
      }),
      async (c) => c.json(await memory.settings(caller(c).userId), 200),
    )
    .patch(
      "/api/memory/settings",
      route({
        summary: "Change how far memory may go by itself, or pause it",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        body: schema.memorySettingsChangeSchema,
        responses: { 200: { schema: schema.memorySettingsSchema, description: "Settings" } },
      }),
      async (c) => c.json(await memory.changeSettings(caller(c).userId, c.req.valid("json")), 200),
    );
}
