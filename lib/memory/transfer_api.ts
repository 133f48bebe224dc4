import { Hono } from "hono";
import { z } from "zod";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import * as schema from "./schema.ts";
import type { Memory } from "./service.ts";

const TAG = "Memory";
const flag = z.enum(["true", "false"]).default("false");

/** The routes that take all facts along and bring them back. */
export function transferApi(memory: Memory) {
  return new Hono<ApiEnv>()
    .get(
      "/api/memory/export",
      route({
        summary: "All facts with their history, as JSON lines or as a text",
        tag: TAG,
        auth: "user",
        scopes: ["memory:read"],
        query: z.object({ format: z.enum(["json", "md"]).default("json") }),
        responses: { 200: { schema: null, description: "A file, JSON lines or Markdown" } },
      }),
      async (c) => {
        const { userId } = caller(c);
        const { format } = c.req.valid("query");
        c.header(
          "content-disposition",
          `attachment; filename="memory.${format === "md" ? "md" : "jsonl"}"`,
        );
        if (format === "md") {
          c.header("content-type", "text/markdown; charset=utf-8");
          return c.body(await memory.exportText(userId));
        }
        c.header("content-type", "application/x-ndjson; charset=utf-8");
        const lines = memory.exportLines(userId);
        const encoder = new TextEncoder();
        return c.body(
          new ReadableStream<Uint8Array>({
            async pull(controller) {
              const { value, done } = await lines.next();
              if (done) controller.close();
              else controller.enqueue(encoder.encode(`${value}\n`));
            },
            async cancel() {
              await lines.return(undefined);
            },
          }),
        );
      },
    )
    .post(
      "/api/memory/import",
      route({
        summary: "Bring facts in; with ?preview=true nothing is stored",
        tag: TAG,
        auth: "user",
        scopes: ["memory:write"],
        rate: "MEMORY_WRITE",
        query: z.object({ preview: flag, includeForgotten: flag }),
        body: schema.importSchema,
        responses: { 200: { schema: schema.importReportSchema, description: "What happened" } },
        problems: ["quota_exceeded"],
      }),
      async (c) => {
        const { preview, includeForgotten } = c.req.valid("query");
        const report = await memory.import(caller(c), c.req.valid("json").data, {
          preview: preview === "true",
          includeForgotten: includeForgotten === "true",
        });
        return c.json(report, 200);
      },
    );
}
