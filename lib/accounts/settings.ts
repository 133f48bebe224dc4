import { z } from "zod";

const shape = {
  theme: z.enum(["system", "light", "dark", "contrast"]),
  size: z.enum(["small", "medium", "large", "largest"]),
  motion: z.enum(["system", "reduced"]),
  spacing: z.enum(["normal", "wide"]),
  links: z.enum(["plain", "underlined"]),
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
  size: shape.size.default("medium"),
  motion: shape.motion.default("system"),
  spacing: shape.spacing.default("normal"),
  links: shape.links.default("plain"),
  enterSends: shape.enterSends.default(true),
  announce: shape.announce.default("sentences"),
  memory: shape.memory.default(true),
  searchConversations: shape.searchConversations.default(true),
});
export type Settings = z.infer<typeof settingsSchema>;

/** The part of the settings that says how pages look. */
export const lookSchema = z.object({
  theme: shape.theme,
  size: shape.size,
  motion: shape.motion,
  spacing: shape.spacing,
  links: shape.links,
  announce: shape.announce,
});

/** A change of settings: any of them, nothing else. */
export const settingsChangeSchema = z.strictObject(shape).partial();
