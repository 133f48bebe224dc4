import { isUuid } from "@/lib/platform/ids.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import type { RateClass } from "@/lib/platform/config_rates.ts";
import type { Principal } from "@/lib/platform/http/principal.ts";
import { memoryQuerySchema, memorySearchSchema, newMemorySchema } from "@/lib/memory/schema.ts";
import { QUALITY_BARS, qualityFigures, SENSITIVE_KINDS } from "@/lib/memory/mod.ts";
import { messageQuerySchema, sessionQuerySchema } from "@/lib/chat/schema.ts";
import { loginSchema, registerSchema } from "@/lib/accounts/schema.ts";
import { clientOf, lookSchema, settingsSchema, type SignedIn } from "@/lib/accounts/mod.ts";
import { parse } from "@/lib/platform/http/route.ts";
import { TRIAL_DAYS } from "@/lib/plans/mod.ts";
import { POLICY_VERSION, PRINCIPLES } from "@/lib/policy/mod.ts";
import type { RouteEntry, StatusReport } from "@/lib/api/mod.ts";
import type { Client } from "@/lib/accounts/mod.ts";
import { isOpen, onboardingActSchema, type Progress, stepsOf, TIPS } from "@/lib/onboarding/mod.ts";
import type {
  ApiRouteView,
  PageServices,
  RecallQuality,
  Situation,
  TourView,
} from "@/lib/ui/view.ts";
import { ledgerDownload } from "@/lib/usage/mod.ts";
import { billingAdminPages, billingPages } from "./billing_pages.ts";
import { LEGAL_PAGES, legalDocument } from "./legal.ts";
import { previewKinds, previewMail } from "./mail_preview.ts";
import { type Services, standInsOf } from "./services.ts";

/** Who looks at a page, and from where. */
export interface PageVisitor {
  principal: Principal | null;
  signedIn: SignedIn | null;
  address: string;
  /** Every declared route, for the page that documents them. */
  routes: readonly RouteEntry[];
  /** How the parts of the product are doing. */
  status: () => Promise<StatusReport>;
  /** Takes from a class of requests. @throws Problem 429 `rate_limited` */
  limit(rate: RateClass, text?: string): Promise<unknown>;
}

/** What pages may ask, bound to one visitor: nobody else's rows can be reached through it. */
export function pageServices(services: Services, visitor: PageVisitor): PageServices {
  const { accounts, chat, usage, config } = services;
  const client = (request: Request): Promise<Client> =>
    clientOf(accounts, request, visitor.address).then((from) => ({ ...from, isApi: false }));
  const principal = () => {
    if (!visitor.principal) throw new Error("A page asked for a person's data without a session");
    return visitor.principal;
  };

  return {
    accounts: {
      registrationOpen: () => config.registrationMode === "open",
      minAge: () => config.minAge,
      trialDays: () => TRIAL_DAYS,
      async signIn(request, form) {
        await visitor.limit("LOGIN");
        const entered = await accounts.login(parse(loginSchema, form), await client(request));
        return "twoFactorRequired" in entered
          ? { kind: "two_factor", challengeId: entered.challengeId }
          : { kind: "signed_in", cookies: entered.cookies };
      },
      async register(request, form) {
        await visitor.limit("REGISTER");
        const from = await client(request);
        const entered = await accounts.register(parse(registerSchema, form), from);
        return entered ? { kind: "signed_in", cookies: entered.cookies } : { kind: "accepted" };
      },
      async signOut() {
        if (visitor.principal) await accounts.logout(visitor.principal);
        return [accounts.cookie.clear()];
      },
      async look() {
        const stored = settingsSchema.parse(await accounts.settings(principal().userId));
        return lookSchema.parse(stored);
      },
      async saveLook(_userId, look) {
        await accounts.changeSettings(principal().userId, lookSchema.parse(look));
      },
    },
    chat: {
      conversations: () =>
        chat.conversations.list(principal().userId, sessionQuerySchema.parse({})),
      conversation: (_userId, id) => orNull(() => chat.conversations.get(principal().userId, id)),
      messages: (_userId, id) =>
        chat.conversations.messages(principal().userId, id, messageQuerySchema.parse({})),
      model: () => config.chatModel,
      enterSends: async () =>
        settingsSchema.parse(await accounts.settings(principal().userId)).enterSends,
    },
    memory: memoryPages(services, principal),
    usage: {
      quota: () => usage.quota(principal()),
      history: (_userId, days) => usage.history(principal().userId, days),
      verify: () => usage.verify(principal().userId),
      breakdown: (_userId, days) => usage.breakdown(principal().userId, days),
      ledger: (_userId, query) => usage.ledger(principal().userId, query),
      ledgerCsv: () => ledgerDownload(usage, principal().userId),
    },
    billing: billingPages(services, { principal, limit: () => visitor.limit("CHECKOUT") }),
    billingAdmin: billingAdminPages(services, visitor.principal),
    notices: noticePages(services, principal),
    tour: tourPages(services, principal),
    situation: () => situationOf(services, principal()),
    plans: { cards: () => services.plans.cards() },
    legal: {
      pages: LEGAL_PAGES,
      document: (name, locale) => legalDocument(name, { locale, config }),
    },
    policy: { version: () => POLICY_VERSION, principles: () => PRINCIPLES },
    status: {
      standIns: () => standInsOf(services),
      report: () => visitor.status(),
      recall: qualityOfRecall,
    },
    api: { routes: () => visitor.routes.map(routeView) },
    mailbox: () => services.mailer.kept(),
    mailPreview: {
      kinds: previewKinds(),
      html: (wanted) => previewMail(services, wanted),
    },
    clock: { now: () => services.clock.now() },
    isDevelopment: config.appEnv === "development",
  };
}

async function situationOf(services: Services, { userId }: Principal): Promise<Situation> {
  const [holder, unread, stored, progress] = await Promise.all([
    services.entitlements.of(userId),
    services.notices.unread(userId),
    services.accounts.settings(userId),
    services.onboarding.progress(userId),
  ]);
  const settings = settingsSchema.parse(stored);
  return {
    subscription: {
      status: holder.subscriptionStatus,
      planUntil: holder.planUntil?.toISOString() ?? null,
    },
    modelAway: services.model.state().chat.state === "open",
    unread,
    sound: settings.notifySound,
    tips: isOpen(progress) ? [] : TIPS.filter((tip) => !progress.tips.includes(tip)),
    quiet: { on: settings.quietHours, from: settings.quietFrom, until: settings.quietUntil },
  };
}

function tourPages(
  { onboarding }: Services,
  principal: () => Principal,
): PageServices["tour"] {
  const view = (progress: Progress): TourView => ({
    open: isOpen(progress),
    begun: progress.startedAt !== null,
    step: progress.step,
    steps: stepsOf(progress).map(({ name }) => name),
    done: progress.done,
    tips: progress.tips,
  });
  return {
    progress: async () => view(await onboarding.progress(principal().userId)),
    async act(act, step) {
      const { userId } = principal();
      const wanted = onboardingActSchema.safeParse(step === undefined ? { act } : { act, step });
      return view(
        wanted.success
          ? await onboarding.act(userId, wanted.data)
          : await onboarding.progress(userId),
      );
    },
  };
}

function noticePages(
  { notices }: Services,
  principal: () => Principal,
): PageServices["notices"] {
  return {
    list: ({ unread, cursor }) =>
      notices.list(principal(), {
        limit: 30,
        unread: unread ? "true" : "false",
        ...(cursor ? { cursor } : {}),
      }),
    read: async (id) => void await orNull(() => notices.read(principal(), id)),
    readAll: async () => void await notices.readAll(principal().userId),
    remove: async (id) => void await orNull(() => notices.remove(principal().userId, id)),
    test: async () => void await notices.test(principal()),
  };
}

function memoryPages(services: Services, principal: () => Principal): PageServices["memory"] {
  const { memory } = services;
  return {
    list: (_userId, filter) =>
      memory.list(
        principal().userId,
        memoryQuerySchema.parse({
          ...(filter.tier ? { tier: filter.tier } : {}),
          ...(filter.type ? { type: filter.type } : {}),
          ...(filter.pinned ? { pinned: "true" } : {}),
          ...(filter.asOf ? { asOf: `${filter.asOf}T23:59:59.999Z` } : {}),
          includePast: String(filter.includePast),
          trash: String(filter.trash),
        }),
      ),
    search: (_userId, filter) =>
      memory.search(
        principal().userId,
        parse(memorySearchSchema, {
          query: filter.query,
          includePast: filter.includePast,
          ...(filter.asOf ? { asOf: `${filter.asOf}T23:59:59.999Z` } : {}),
          filters: {
            ...(filter.tier ? { tier: filter.tier } : {}),
            ...(filter.type ? { type: filter.type } : {}),
            ...(filter.pinned ? { pinned: true } : {}),
          },
        }),
      ),
    get: (_userId, id) => orNull(() => memory.get(principal().userId, id)),
    stats: () => memory.stats(principal()),
    one: (_userId, id) =>
      !isUuid(id) ? Promise.resolve(null) : orNull(async () => {
        const { userId } = principal();
        const found = await memory.find(userId, id);
        if (!found.deletedAt) await orNull(() => memory.get(userId, id, { view: true }));
        const { links, receipts, summaries } = await memory.forgetPreview(userId, id);
        return {
          memory: found,
          history: await memory.history(userId, id),
          links: await memory.links(userId, id),
          sources: await memory.sources(userId, id),
          reach: { links, receipts, summaries },
        };
      }),
    during: (_userId, stretch) => memory.during(principal().userId, stretch),
    firstValid: () => memory.firstValid(principal().userId),
    proposals: () => memory.proposals(principal().userId, { limit: 50 }),
    proposeFix: (_userId, what) => memory.proposeFix(principal().userId, what),
    notSaved: () => memory.notSaved(principal().userId, { limit: 50 }),
    contradictions: () => memory.contradictions(principal().userId, { limit: 50 }),
    settings: () => memory.settings(principal().userId),
    kinds: () => [...SENSITIVE_KINDS],
    add: async (text) => {
      const wanted = parse(newMemorySchema, { text, type: "preference" });
      return (await memory.create(principal(), wanted)).memory;
    },
    forget: async (id) => void await orNull(() => memory.forget(principal().userId, id)),
    answer: async (id, yes) => {
      await orNull<unknown>(() =>
        yes ? memory.acceptProposal(principal(), id) : memory.rejectProposal(principal().userId, id)
      );
    },
    timeline: (_userId, page) => memory.timeline(principal().userId, page),
  };
}

function routeView({ method, path, meta }: RouteEntry): ApiRouteView {
  return {
    method,
    path,
    tag: meta.tag,
    summary: meta.summary,
    needsUser: meta.auth === "user",
    problems: meta.problems ?? [],
    statuses: Object.entries(meta.responses).map(([status, { description }]) => ({
      status: Number(status),
      description,
    })),
  };
}

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isProblem(error, "not_found")) return null;
    throw error;
  }
}

/** How well recall finds what answers a question, as it was last measured, with what it must reach. */
function qualityOfRecall(): RecallQuality {
  const { figures, ...measured } = qualityFigures();
  return {
    ...measured,
    figures: Object.entries(QUALITY_BARS).map(([name, must]) => ({
      name,
      reached: figures[name] ?? null,
      must,
    })),
  };
}
