import { Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import * as schema from "./schema.ts";
import { etagOf, type Memory } from "./service.ts";

const TAG = "Memory";
const READ = ["memory:read"] as const;
const WRITE = ["memory:write"] as const;

/** The routes of memory. */
export function memoryApi(memory: Memory) {
  const one = { 200: { schema: schema.memorySchema, description: "The memory" } };
  return new Hono<ApiEnv>()
    .get(
      "/api/memory",
      route({
        summary: "Facts, newest first",
        tag: TAG,
        auth: "user",
        scopes: READ,
        query: schema.memoryQuerySchema,
        responses: {
          200: {
            schema: z.strictObject({
              items: z.array(schema.memorySchema),
              nextCursor: z.string().nullable(),
            }),
            description: "A page",
          },
        },
      }),
      async (c) => c.json(await memory.list(caller(c).userId, c.req.valid("query")), 200),
    )
    .post(
      "/api/memory",
      route({
        summary: "Add a fact by hand",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        rate: "MEMORY_WRITE",
        body: schema.newMemorySchema,
        responses: {
          201: { schema: schema.memorySchema, description: "Stored" },
          200: { schema: schema.memorySchema, description: "It was there already" },
        },
        problems: ["quota_exceeded"],
      }),
      async (c) => {
        const { memory: view, created } = await memory.create(caller(c), c.req.valid("json"));
        return created ? c.json(view, 201) : c.json(view, 200);
      },
    )
    .get(
      "/api/memory/stats",
      route({
        summary: "Counts per tier and type",
        tag: TAG,
        auth: "user",
        scopes: READ,
        responses: { 200: { schema: schema.memoryStatsSchema, description: "Counts" } },
      }),
      async (c) => c.json(await memory.stats(caller(c)), 200),
    )
    .post(
      "/api/memory/search",
      route({
        summary: "Search facts and former conversations",
        tag: TAG,
        auth: "user",
        scopes: READ,
        rate: "MEMORY_SEARCH",
        body: schema.memorySearchSchema,
        responses: { 200: { schema: schema.memorySearchAnswerSchema, description: "Best first" } },
      }),
      async (c) => c.json(await memory.search(caller(c).userId, c.req.valid("json")), 200),
    )
    .get(
      "/api/memory/:id",
      route({ summary: "One fact", tag: TAG, auth: "user", scopes: READ, responses: one }),
      async (c) => {
        const view = await memory.get(caller(c).userId, c.req.param("id"));
        c.header("etag", etagOf(view));
        return c.json(view, 200);
      },
    )
    .patch(
      "/api/memory/:id",
      route({
        summary: "Change a fact",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        rate: "MEMORY_WRITE",
        body: schema.memoryChangeSchema,
        responses: one,
        problems: ["version_conflict"],
      }),
      async (c) => {
        const ifMatch = c.req.header("if-match") ?? null;
        const view = await memory.edit(
          caller(c).userId,
          c.req.param("id"),
          c.req.valid("json"),
          ifMatch,
        );
        c.header("etag", etagOf(view));
        return c.json(view, 200);
      },
    )
    .delete(
      "/api/memory/:id",
      route({
        summary: "Forget a fact; with ?erase=true at once and for good",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        rate: "MEMORY_WRITE",
        query: z.object({ erase: z.enum(["true", "false"]).default("false") }),
        responses: {
          200: {
            schema: schema.forgottenSchema,
            description: "Forgotten; undo until the time given",
          },
          204: { schema: null, description: "Erased" },
        },
      }),
      async (c) => {
        const id = c.req.param("id");
        if (c.req.valid("query").erase === "true") {
          await memory.erase(caller(c).userId, id);
          return c.body(null, 204);
        }
        return c.json(await memory.forget(caller(c).userId, id), 200);
      },
    )
    .post(
      "/api/memory/:id/restore",
      route({ summary: "Undo forgetting", tag: TAG, auth: "user", responses: one }),
      async (c) => c.json(await memory.restore(caller(c).userId, c.req.param("id")), 200),
    )
    .post(
      "/api/memory/:id/pin",
      route({ summary: "Pin a fact", tag: TAG, auth: "user", responses: one }),
      async (c) => c.json(await memory.pin(caller(c).userId, c.req.param("id"), true), 200),
    )
    .post(
      "/api/memory/:id/unpin",
      route({ summary: "Unpin a fact", tag: TAG, auth: "user", responses: one }),
      async (c) => c.json(await memory.pin(caller(c).userId, c.req.param("id"), false), 200),
    )
    .post(
      "/api/memory/:id/anchor",
      route({
        summary: "Make a fact an anchor, or release it",
        tag: TAG,
        auth: "user",
        body: z.strictObject({ anchor: z.boolean() }),
        responses: one,
        problems: ["conflict"],
      }),
      async (c) =>
        c.json(
          await memory.anchor(caller(c).userId, c.req.param("id"), c.req.valid("json").anchor),
          200,
        ),
    )
    .post(
      "/api/memory/:id/promote",
      route({
        summary: "Move a fact between the tiers",
        tag: TAG,
        auth: "user",
        body: z.strictObject({ tier: z.enum(schema.DURABLE_TIERS) }),
        responses: one,
      }),
      async (c) =>
        c.json(
          await memory.promote(caller(c).userId, c.req.param("id"), c.req.valid("json").tier),
          200,
        ),
    )
    .get(
      "/api/memory/:id/history",
      route({
        summary: "What happened to a fact",
        tag: TAG,
        auth: "user",
        responses: {
          200: {
            schema: z.strictObject({
              items: z.array(schema.memoryEventSchema),
              nextCursor: z.null(),
            }),
            description: "Oldest first",
          },
        },
      }),
      async (c) =>
        c.json({
          items: await memory.history(caller(c).userId, c.req.param("id")),
          nextCursor: null,
        }, 200),
    );
}
