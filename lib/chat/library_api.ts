import { type Context, Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import type { Chat } from "./mod.ts";
import { conversationMarkdown, fileName } from "./export.ts";
import * as schema from "./schema.ts";

const TAG = "Conversations";
const KEY = ["chat:write"] as const;
const conversation = { schema: schema.sessionSchema, description: "The conversation" };

/** The routes of finding, exporting, copying and deleting conversations. */
export function libraryApi({ library }: Chat) {
  return new Hono<ApiEnv>()
    .get(
      "/api/chat/search",
      route({
        summary: "Search own titles and messages",
        tag: TAG,
        auth: "user",
        query: schema.searchRequestSchema,
        responses: {
          200: {
            schema: z.strictObject({
              items: z.array(schema.searchHitSchema),
              nextCursor: z.string().nullable(),
            }),
            description: "Hits, newest first",
          },
        },
      }),
      async (c) => c.json(await library.search(caller(c).userId, c.req.valid("query")), 200),
    )
    .post(
      "/api/chat/sessions/bulk",
      route({
        summary: "Archive, delete or restore several conversations",
        tag: TAG,
        auth: "user",
        scopes: KEY,
        body: schema.bulkRequestSchema,
        responses: { 200: { schema: schema.bulkResultSchema, description: "What became of each" } },
      }),
      async (c) => c.json(await library.bulk(caller(c), c.req.valid("json")), 200),
    )
    .delete(
      "/api/chat/sessions/:id",
      route({
        summary: "Move a conversation to the trash, or erase it",
        tag: TAG,
        auth: "user",
        scopes: KEY,
        query: schema.removeQuerySchema,
        responses: { 204: { schema: null, description: "Deleted" } },
        problems: ["turn_in_progress"],
      }),
      async (c) => {
        const { userId } = caller(c);
        const id = c.req.param("id");
        if (c.req.valid("query").permanent === "true") await library.erase(userId, id);
        else await library.remove(userId, id);
        return c.body(null, 204);
      },
    )
    .post(
      "/api/chat/sessions/:id/restore",
      route({
        summary: "Take a conversation out of the trash",
        tag: TAG,
        auth: "user",
        scopes: KEY,
        responses: { 200: conversation },
      }),
      async (c) => c.json(await library.restore(caller(c), c.req.param("id")), 200),
    )
    .post(
      "/api/chat/sessions/:id/duplicate",
      route({
        summary: "Copy the path up to a message into a new conversation",
        tag: TAG,
        auth: "user",
        scopes: KEY,
        body: schema.duplicateSchema,
        bodyOptional: true,
        responses: { 201: conversation },
        problems: ["turn_in_progress"],
      }),
      async (c) => {
        const { messageId } = c.req.valid("json");
        const id = c.req.param("id");
        return c.json(await library.duplicate(caller(c).userId, id, messageId), 201);
      },
    )
    .delete(
      "/api/chat/messages/:id",
      route({
        summary: "Delete a message with everything below it",
        tag: TAG,
        auth: "user",
        responses: {
          200: {
            schema: z.strictObject({ deleted: z.number().int() }),
            description: "How many messages were deleted",
          },
        },
        problems: ["turn_in_progress"],
      }),
      async (c) => c.json(await library.removeMessage(caller(c), c.req.param("id")), 200),
    )
    .get(
      "/api/chat/sessions/:id/export",
      route({
        summary: "Export a conversation as JSON or Markdown",
        tag: TAG,
        auth: "user",
        query: schema.exportQuerySchema,
        responses: { 200: { schema: null, description: "A file" } },
      }),
      async (c) => {
        const { format, branches } = c.req.valid("query");
        const exported = await library.exportOne(caller(c).userId, c.req.param("id"));
        const { title } = exported.conversation;
        if (format === "json") {
          const body = JSON.stringify(exported, null, 2);
          return file(c, body, { name: fileName(title, "json"), type: "application/json" });
        }
        const body = conversationMarkdown(exported, { allBranches: branches === "all" });
        return file(c, body, { name: fileName(title, "md"), type: "text/markdown; charset=utf-8" });
      },
    )
    .get(
      "/api/chat/export",
      route({
        summary: "Export every conversation as one JSON document",
        tag: TAG,
        auth: "user",
        responses: { 200: { schema: null, description: "A file" } },
      }),
      async (c) => {
        const { userId } = caller(c);
        const ids = await library.exportable(userId);
        const body = ReadableStream.from(exportAll(ids, (id) => library.exportOne(userId, id)))
          .pipeThrough(new TextEncoderStream());
        return file(c, body, { name: "conversations.json", type: "application/json" });
      },
    );
}

/** One conversation at a time, so that a large account does not stand in memory whole. */
async function* exportAll(ids: string[], one: (id: string) => Promise<unknown>) {
  yield '{"format":"nova.conversations","version":1,"conversations":[';
  let first = true;
  for (const id of ids) {
    // One that was deleted meanwhile is left out.
    const exported = await one(id).catch(() => null);
    if (!exported) continue;
    yield `${first ? "" : ","}${JSON.stringify(exported)}`;
    first = false;
  }
  yield "]}";
}

function file(
  c: Context<ApiEnv>,
  body: string | ReadableStream,
  { name, type }: { name: string; type: string },
): Response {
  return c.body(body, 200, {
    "content-type": type,
    "content-disposition": `attachment; filename="${name}"`,
    "cache-control": "no-store",
  });
}
