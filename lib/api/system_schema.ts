import { z } from "zod";
import { COMPONENTS } from "./status.ts";

const state = z.enum(["online", "degraded", "offline"]);
const component = z.strictObject({
  state,
  latencyMs: z.number().int(),
  since: z.string(),
  note: z.string().nullable(),
});

/** Answer of `GET /api/status`. */
export const statusSchema = z.strictObject({
  status: state,
  version: z.string(),
  commit: z.string(),
  startedAt: z.string(),
  components: z.record(z.enum(COMPONENTS), component),
  standIns: z.array(z.strictObject({ component: z.string(), label: z.string() })),
  checkedAt: z.string(),
});

/** A model of `GET /api/models`. */
export const modelSchema = z.looseObject({
  id: z.string(),
  label: z.string(),
  window: z.number().int(),
  capabilities: z.array(z.string()),
  loaded: z.boolean(),
  location: z.enum(["local", "remote"]),
  default: z.boolean(),
});

/** A part of a page that failed: its name and the error, without any text of the person. */
export const clientErrorSchema = z.strictObject({
  part: z.string().regex(/^[\w .:/-]{1,80}$/, "part must be the name of a part of the page"),
  message: z.string().max(300),
});
