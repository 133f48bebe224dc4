import { Hono } from "hono";
import { expect } from "expect";
import { z } from "zod";
import { apiOf } from "@/lib/boot/api.ts";
import { VERSION } from "@/lib/boot/version.ts";
import { type ApiEnv, route } from "@/lib/platform/http/route.ts";
import { retirementHeaders } from "@/lib/platform/http/retirement.ts";
import { startTestApp } from "@/tests/support/app.ts";
import { createHealth } from "./mod.ts";
import { openApiDocument } from "./openapi.ts";

const LEAVING = {
  announced: "2027-01-01",
  gone: "2027-04-01",
  successor: "/api/newer",
};

const meta = {
  summary: "What was there before",
  tag: "Test",
  auth: "user",
  retirement: LEAVING,
  responses: { 200: { schema: z.strictObject({ ok: z.boolean() }), description: "Still there" } },
} as const;

Deno.test("[API-9] a route is announced as leaving ninety days ahead, or cannot be declared", () => {
  expect(retirementHeaders(LEAVING)).toEqual({
    "Deprecation": "@1798761600",
    "Sunset": "Thu, 01 Apr 2027 00:00:00 GMT",
    "Link": '</api/newer>; rel="successor-version"',
  });
  for (const gone of ["2027-03-31", "2026-12-31", "soon", "2027-02-30x"]) {
    expect(() => route({ ...meta, retirement: { announced: "2027-01-01", gone } })).toThrow();
  }
});

Deno.test({
  name:
    "[API-9] its answers say so, refusals included, and so does the document; each names the version",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const app = await startTestApp();
    try {
      const { api } = apiOf(app.services, {
        health: createHealth(),
        commit: "test",
        startedAt: new Date(),
      });
      api.app.route(
        "/",
        new Hono<ApiEnv>().get("/api/older", route(meta), (c) => c.json({ ok: true }, 200)),
      );
      const ada = await app.person();
      const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const ask = (path: string, headers: Record<string, string> = {}) =>
        api.fetch(new Request(`${app.url}${path}`, { headers }), {
          address: "127.0.0.1",
          correlationId: "test-correlation",
        });
      for (const [status, headers] of [[200, { cookie }], [401, {}]] as const) {
        const answer = await ask("/api/older", headers as Record<string, string>);
        await answer.body?.cancel();
        expect(answer.status).toBe(status);
        expect(answer.headers.get("deprecation")).toBe("@1798761600");
        expect(answer.headers.get("sunset")).toBe("Thu, 01 Apr 2027 00:00:00 GMT");
        expect(answer.headers.get("x-nova-api-version")).toBe(VERSION);
      }
      const staying = await ask("/api/auth/me", { cookie });
      await staying.body?.cancel();
      expect([staying.status, staying.headers.has("deprecation"), staying.headers.has("sunset")])
        .toEqual([200, false, false]);
    } finally {
      await app.close();
    }
    const document = openApiDocument(
      [{ method: "GET", path: "/api/older", meta }],
      { version: VERSION, baseUrl: "https://nova.example.org" },
    ) as { paths: Record<string, Record<string, Record<string, unknown>>> };
    expect(document.paths["/api/older"]!.get).toMatchObject({
      deprecated: true,
      description: "It may be gone from 2027-04-01 on; use /api/newer",
    });
  },
});
