import { Hono } from "hono";
import { z } from "zod";
import type { Clock } from "@/lib/platform/clock.ts";
import { eventStream } from "@/lib/platform/http/event_stream.ts";
import { type ApiEnv, caller, route } from "@/lib/platform/http/route.ts";
import { isUuid } from "@/lib/platform/ids.ts";
import { errorFields } from "@/lib/platform/log.ts";
import * as schema from "./schema.ts";
import type { Notices } from "./service.ts";

const USER = { tag: "Notifications", auth: "user" } as const;

/** The routes of notices (API-45). */
export function noticesApi(notices: Notices, options: { clock: Clock }) {
  return new Hono<ApiEnv>()
    .get(
      "/api/notifications",
      route({
        ...USER,
        summary: "Notifications, newest first",
        query: schema.noticeQuerySchema,
        responses: { 200: { schema: schema.noticeListSchema, description: "A page of them" } },
      }),
      async (c) => c.json(await notices.list(caller(c), c.req.valid("query")), 200),
    )
    .get(
      "/api/notifications/stream",
      route({
        ...USER,
        summary: "What is told from now on, or after a notification",
        query: z.object({ after: z.string().optional() }),
        responses: {
          200: {
            schema: null,
            description: "Events (text/event-stream): `notice` and `state`",
            type: "text/event-stream",
          },
        },
        problems: ["too_many_streams"],
      }),
      (c) => {
        const last = c.req.header("last-event-id") ?? c.req.valid("query").after ?? "";
        const after = isUuid(last) ? last : null;
        return eventStream((signal) => notices.follow(caller(c), { after, signal }), {
          clock: options.clock,
          headers: c.res.headers,
          failed: (error) =>
            c.var.log.warn("stream.broken", "A stream of notifications broke off", {
              ...errorFields(error),
            }),
        });
      },
    )
    .post(
      "/api/notifications/:id/read",
      route({
        ...USER,
        summary: "Mark a notification as read",
        responses: { 200: { schema: schema.noticeSchema, description: "The notification" } },
      }),
      async (c) => c.json(await notices.read(caller(c), c.req.param("id")), 200),
    )
    .post(
      "/api/notifications/read-all",
      route({
        ...USER,
        summary: "Mark all notifications as read",
        responses: { 200: { schema: schema.readAllSchema, description: "How many were not" } },
      }),
      async (c) => c.json({ read: await notices.readAll(caller(c).userId) }, 200),
    )
    .post(
      "/api/notifications/test",
      route({
        ...USER,
        summary: "Send yourself a notification to see how one looks",
        responses: { 201: { schema: schema.noticeSchema, description: "The notification" } },
      }),
      async (c) => c.json(await notices.test(caller(c)), 201),
    )
    .delete(
      "/api/notifications/:id",
      route({
        ...USER,
        summary: "Delete a notification",
        responses: { 204: { schema: null, description: "It is gone" } },
      }),
      async (c) => {
        await notices.remove(caller(c).userId, c.req.param("id"));
        return c.body(null, 204);
      },
    );
}
