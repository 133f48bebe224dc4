import { z } from "zod";
import { appearanceDefaults, appearanceShape } from "./settings_appearance.ts";

const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "A time is written like 22:00");

/** Which kinds of notices go by which way (ACC-78). Security notices cannot be turned off. */
const notifications = {
  notifyInApp: z.boolean(),
  notifyPush: z.boolean(),
  notifyMail: z.boolean(),
  notifyChat: z.boolean(),
  notifySchool: z.boolean(),
  notifyAchievements: z.boolean(),
  notifyWeekly: z.boolean(),
  notifyUsage: z.boolean(),
  notifyMaintenance: z.boolean(),
  /** Mails at 80 and 100 % of a limit, and for every paid invoice; asked for, not given. */
  usageMails: z.boolean(),
  invoiceMails: z.boolean(),
  notifySound: z.boolean(),
  quietHours: z.boolean(),
  quietFrom: time,
  quietUntil: time,
};

const privacy = {
  /** Whether anything is remembered or recalled at all. */
  memory: z.boolean(),
  /** Whether former conversations are searched for recall. */
  searchConversations: z.boolean(),
  reflection: z.boolean(),
  distillation: z.boolean(),
  reviewSharing: z.boolean(),
  analytics: z.boolean(),
  leaderboard: z.boolean(),
  publicProfile: z.boolean(),
  /** Days after which conversations are erased; null keeps them for ever. */
  retentionDays: z.union([z.literal(30), z.literal(90), z.literal(365)]).nullable(),
};

const companion = {
  tone: z.enum(["warm", "plain", "brief"]),
  answerLength: z.enum(["short", "balanced", "long"]),
  enterSends: z.boolean(),
};

const shape = { ...appearanceShape, ...companion, ...notifications, ...privacy };

/** A person's settings with their defaults (ACC-80); stored members that are unknown are dropped. */
export const settingsSchema = z.object({
  ...appearanceDefaults,
  tone: companion.tone.default("warm"),
  answerLength: companion.answerLength.default("balanced"),
  enterSends: companion.enterSends.default(true),
  notifyInApp: notifications.notifyInApp.default(true),
  notifyPush: notifications.notifyPush.default(false),
  notifyMail: notifications.notifyMail.default(true),
  notifyChat: notifications.notifyChat.default(true),
  notifySchool: notifications.notifySchool.default(true),
  notifyAchievements: notifications.notifyAchievements.default(true),
  notifyWeekly: notifications.notifyWeekly.default(true),
  notifyUsage: notifications.notifyUsage.default(true),
  notifyMaintenance: notifications.notifyMaintenance.default(true),
  usageMails: notifications.usageMails.default(false),
  invoiceMails: notifications.invoiceMails.default(false),
  notifySound: notifications.notifySound.default(false),
  quietHours: notifications.quietHours.default(true),
  quietFrom: notifications.quietFrom.default("22:00"),
  quietUntil: notifications.quietUntil.default("08:00"),
  memory: privacy.memory.default(true),
  searchConversations: privacy.searchConversations.default(true),
  reflection: privacy.reflection.default(true),
  distillation: privacy.distillation.default(true),
  reviewSharing: privacy.reviewSharing.default(false),
  analytics: privacy.analytics.default(false),
  leaderboard: privacy.leaderboard.default(false),
  publicProfile: privacy.publicProfile.default(false),
  retentionDays: privacy.retentionDays.default(null),
});
export type Settings = z.infer<typeof settingsSchema>;

/** The part of the settings that says how pages look. */
export const lookSchema = z.object(appearanceShape);

/** A change of settings: any of them, nothing else. */
export const settingsChangeSchema = z.strictObject(shape).partial();
