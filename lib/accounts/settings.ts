import { z } from "zod";

const shape = {
  theme: z.enum(["system", "light", "dark", "contrast"]),
  textSize: z.enum(["small", "medium", "large", "largest"]),
  motion: z.enum(["system", "reduced"]),
  enterSends: z.boolean(),
  announce: z.enum(["sentences", "end", "off"]),
  /** Whether anything is remembered or recalled at all. */
  memory: z.boolean(),
  /** Whether former conversations are searched for recall. */
  searchConversations: z.boolean(),
};

/** A person's settings with their defaults; stored members that are unknown are dropped. */
export const settingsSchema = z.object({
  theme: shape.theme.default("system"),
  textSize: shape.textSize.default("medium"),
  motion: shape.motion.default("system"),
  enterSends: shape.enterSends.default(true),
  announce: shape.announce.default("sentences"),
  memory: shape.memory.default(true),
  searchConversations: shape.searchConversations.default(true),
});
export type Settings = z.infer<typeof settingsSchema>;

/** A change of settings: any of them, nothing else. */
export const settingsChangeSchema = z.strictObject(shape).partial();
