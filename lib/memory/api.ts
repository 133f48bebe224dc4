import { Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import { inboxApi } from "./inbox_api.ts";
import * as schema from "./schema.ts";
import { etagOf } from "./facts_change.ts";
import type { Memory } from "./service.ts";
import { transferApi } from "./transfer_api.ts";

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
    .route("/", inboxApi(memory))
    .route("/", transferApi(memory))
    .get(
      "/api/memory/timeline",
      route({
        summary: "What happened to facts, newest first",
        tag: TAG,
        auth: "user",
        scopes: READ,
        query: schema.timelineQuerySchema,
        responses: {
          200: {
            schema: z.strictObject({
              items: z.array(schema.timelineItemSchema),
              nextCursor: z.string().nullable(),
              from: z.string().nullable(),
              to: z.string().nullable(),
            }),
            description: "A page, and how far the history reaches",
          },
        },
      }),
      async (c) => c.json(await memory.timeline(caller(c).userId, c.req.valid("query")), 200),
    )
    .get(
      "/api/memory/:id",
      route({
        summary: "One fact; looking at it counts as a use",
        tag: TAG,
        auth: "user",
        scopes: READ,
        responses: one,
      }),
      async (c) => {
        const view = await memory.get(caller(c).userId, c.req.param("id"), { view: true });
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
      route({ summary: "Undo forgetting", tag: TAG, auth: "user", scopes: WRITE, responses: one }),
      async (c) => c.json(await memory.restore(caller(c).userId, c.req.param("id")), 200),
    )
    .post(
      "/api/memory/:id/pin",
      route({
        summary: "Pin a fact",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        responses: one,
        problems: ["quota_exceeded"],
      }),
      async (c) => c.json(await memory.pin(caller(c), c.req.param("id"), true), 200),
    )
    .post(
      "/api/memory/:id/unpin",
      route({ summary: "Unpin a fact", tag: TAG, auth: "user", scopes: WRITE, responses: one }),
      async (c) => c.json(await memory.pin(caller(c), c.req.param("id"), false), 200),
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
    .post(
      "/api/memory/:id/undo",
      route({
        summary: "Take back the last step of a fact's history",
        tag: TAG,
        auth: "user",
        scopes: WRITE,
        rate: "MEMORY_WRITE",
        body: z.strictObject({ eventId: z.uuid() }),
        responses: one,
        problems: ["conflict"],
      }),
      async (c) =>
        c.json(
          await memory.undo(caller(c).userId, c.req.param("id"), c.req.valid("json").eventId),
          200,
        ),
    )
    .get(
      "/api/memory/:id/history",
      route({
        summary: "What happened to a fact",
        tag: TAG,
        auth: "user",
        scopes: READ,
        responses: listOf(schema.memoryEventSchema, "Oldest first"),
      }),
      async (c) => c.json(whole(await memory.history(caller(c).userId, c.req.param("id"))), 200),
    )
    .get(
      "/api/memory/:id/links",
      route({
        summary: "The ties of a fact to others",
        tag: TAG,
        auth: "user",
        scopes: READ,
        responses: listOf(schema.memoryLinkSchema, "Oldest first"),
      }),
      async (c) => c.json(whole(await memory.links(caller(c).userId, c.req.param("id"))), 200),
    )
    .get(
      "/api/memory/:id/sources",
      route({
        summary: "The messages a fact comes from",
        tag: TAG,
        auth: "user",
        scopes: READ,
        responses: listOf(schema.memorySourceSchema, "Oldest first"),
      }),
      async (c) => c.json(whole(await memory.sources(caller(c).userId, c.req.param("id"))), 200),
    )
    .get(
      "/api/memory/:id/forget-preview",
      route({
        summary: "What forgetting a fact would reach",
        tag: TAG,
        auth: "user",
        scopes: READ,
        responses: { 200: { schema: schema.forgetPreviewSchema, description: "Counts" } },
      }),
      async (c) => c.json(await memory.forgetPreview(caller(c).userId, c.req.param("id")), 200),
    );
}

/** A list that is never longer than one page. */
function listOf<Item extends z.ZodType>(item: Item, description: string) {
  return {
    200: { schema: z.strictObject({ items: z.array(item), nextCursor: z.null() }), description },
  };
}

const whole = <Item>(items: Item[]) => ({ items, nextCursor: null });
