import { z } from "zod";

/** How pages look: one group of the settings by itself. */
export const appearanceShape = {
  theme: z.enum(["system", "light", "dark", "contrast"]),
  size: z.enum(["small", "medium", "large", "largest"]),
  motion: z.enum(["system", "reduced"]),
  spacing: z.enum(["normal", "wide"]),
  density: z.enum(["comfortable", "compact"]),
  links: z.enum(["plain", "underlined"]),
  announce: z.enum(["sentences", "end", "off"]),
};

/** The same with the look of somebody who chose nothing. */
export const appearanceDefaults = {
  theme: appearanceShape.theme.default("system"),
  size: appearanceShape.size.default("medium"),
  motion: appearanceShape.motion.default("system"),
  spacing: appearanceShape.spacing.default("normal"),
  density: appearanceShape.density.default("comfortable"),
  links: appearanceShape.links.default("plain"),
  announce: appearanceShape.announce.default("sentences"),
};
