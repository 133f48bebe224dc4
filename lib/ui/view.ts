/**
 * What pages need from the services, as they need it. The composition root fits the rooms'
 * services to these types; pages know nothing else of them.
 * @module
 */
import type {
  Contradiction,
  Conversation,
  HistoryDay,
  Invoice,
  LedgerCheck,
  LedgerEntry,
  Memory,
  MemoryEvent,
  MemoryLink,
  MemorySettings,
  MemorySource,
  MemoryStats,
  Message,
  Notice,
  NotSaved,
  OverrideView,
  Page,
  PaymentEventView,
  Plan,
  Proposal,
  Quota,
  ReconcileRunView,
  SearchAnswer,
  StandIn,
  Subscription,
  TimelineItem,
  UsageBreakdown,
  User,
} from "./contract.ts";
import type { Look } from "./look.ts";
import type { MemoryFilter } from "./memory/store.ts";

/** Who asks, for a page that belongs to somebody. */
export interface Session {
  user: User;
}

/** A form that was taken: what to send along with the redirect. */
export interface SignedInResult {
  kind: "signed_in";
  /** `Set-Cookie` values of session and device. */
  cookies: string[];
}

/** What signing in may come to. Anything else is thrown as a `Problem`. */
export type SignInResult = SignedInResult | { kind: "two_factor"; challengeId: string };

/** What registering may come to. Anything else is thrown as a `Problem`. */
export type RegisterResult = SignedInResult | { kind: "accepted" };

/** Registration form after its own checks. */
export interface RegisterForm {
  email: string;
  password: string;
  displayName?: string;
  acceptTerms: true;
  ageConfirmed: true;
}

/** Accounts, as the pages for people who are not signed in use them. */
export interface AccountPages {
  registrationOpen(): boolean;
  minAge(): number;
  trialDays(): number;
  signIn(req: Request, form: { email: string; password: string }): Promise<SignInResult>;
  register(req: Request, form: RegisterForm): Promise<RegisterResult>;
  /** Ends the session; returns the `Set-Cookie` values that remove it. */
  signOut(req: Request): Promise<string[]>;
  /** What the account stores of the look; absent members keep the cookie's. */
  look(userId: string): Promise<Partial<Look>>;
  saveLook(userId: string, look: Look): Promise<void>;
}

/** Conversations, as the chat page shows them at first. */
export interface ChatPages {
  conversations(userId: string): Promise<Page<Conversation>>;
  /** Null when it does not exist or is not theirs. */
  conversation(userId: string, id: string): Promise<Conversation | null>;
  messages(userId: string, id: string): Promise<Page<Message>>;
  /** Model of new turns. */
  model(): string;
  /** Whether Enter alone sends a message. */
  enterSends(userId: string): Promise<boolean>;
}

/** Memories, as their page shows them at first. */
export interface MemoryPages {
  list(userId: string, filter: MemoryFilter): Promise<Page<Memory>>;
  search(userId: string, filter: MemoryFilter): Promise<SearchAnswer>;
  get(userId: string, id: string): Promise<Memory | null>;
  stats(userId: string): Promise<MemoryStats>;
  /** One memory, from the trash too, with all that hangs on it; null when there is none. */
  one(userId: string, id: string): Promise<OneMemory | null>;
  /** Those that were true in a stretch of time, past ones included, newest first. */
  during(
    userId: string,
    stretch: { from: string; to: string; limit: number },
  ): Promise<Memory[]>;
  /** When the first one became true; null without any. */
  firstValid(userId: string): Promise<string | null>;
  proposals(userId: string): Promise<Page<Proposal>>;
  notSaved(userId: string): Promise<Page<NotSaved>>;
  /** Proposes what would tidy up, and tells how much. */
  proposeFix(userId: string, what: "duplicates" | "unused"): Promise<{ proposed: number }>;
  contradictions(userId: string): Promise<Page<Contradiction>>;
  /** Keeps something, or takes it back. */
  add(text: string): Promise<Memory>;
  forget(id: string): Promise<void>;
  /** Answers a proposal; nothing happens when it is gone. */
  answer(proposalId: string, yes: boolean): Promise<void>;
  settings(userId: string): Promise<MemorySettings>;
  /** Sensitive subjects that can be allowed. */
  kinds(): string[];
  timeline(
    userId: string,
    page: { limit: number; cursor?: string | undefined; from?: string; to?: string },
  ): Promise<Page<TimelineItem> & { from: string | null }>;
}

/** A memory with its history, ties and sources. */
export interface OneMemory {
  memory: Memory;
  history: MemoryEvent[];
  links: MemoryLink[];
  sources: MemorySource[];
  reach: { links: number; receipts: number; summaries: number };
}

/** Usage, as its page and the ring in the header show it. */
export interface UsagePages {
  quota(userId: string): Promise<Quota>;
  history(userId: string, days: number): Promise<HistoryDay[]>;
  verify(userId: string): Promise<LedgerCheck>;
  breakdown(userId: string, days: number): Promise<UsageBreakdown>;
  ledger(userId: string, query: { limit: number; cursor?: string }): Promise<Page<LedgerEntry>>;
  /** The whole ledger as a table in CSV. */
  ledgerCsv(userId: string): Response;
}

/** What a form of the billing page asks for. */
export type BillingAct = "checkout" | "change" | "cancel" | "reactivate" | "portal";

/** Plans that are paid for, as their pages show and change them. */
export interface BillingPages {
  subscription(): Promise<Subscription>;
  invoices(query: { limit: number; cursor?: string }): Promise<Page<Invoice>>;
  /** Does what was asked and returns where to go next. Anything else is thrown as a `Problem`. */
  act(act: BillingAct, plan: string): Promise<string>;
  refundDays(): number;
  graceDays(): number;
  /** Whether payments are set up, and whether they are test payments. */
  mode(): "real" | "test" | "none";
  /** An open checkout of the test payments; null when it is not theirs, or over. */
  testCheckout(
    id: string,
  ): Promise<{ id: string; plan: string; amount: number; status: string } | null>;
  /** Ends a test checkout and returns where to go; null when the card was declined. */
  finishTestCheckout(id: string, outcome: "pay" | "decline" | "abandon"): Promise<string | null>;
  /** Pays what is open with another test card. */
  payTestInvoice(): Promise<void>;
}

/** What administrators see and do about plans and payments; null for everybody else. */
export interface BillingAdminPages {
  events(query: { status?: string; cursor?: string }): Promise<Page<PaymentEventView>>;
  replay(eventId: string): Promise<void>;
  report(): Promise<{
    runs: ReconcileRunView[];
    parked: PaymentEventView[];
    dead: PaymentEventView[];
    lastEventAt: string | null;
  }>;
  repair(): Promise<ReconcileRunView>;
  /** A person by their e-mail, with their plan and limits; null when there is none. */
  person(email: string): Promise<
    | {
      userId: string;
      email: string;
      displayName: string;
      effectivePlan: string;
      subscription: Subscription;
      subscriptionId: string | null;
      overrides: OverrideView[];
    }
    | null
  >;
  setLimit(userId: string, form: Record<string, string>): Promise<void>;
  endLimit(id: string): Promise<void>;
  totals(days: number): Promise<{
    byPlan: { plan: string; resource: string; amount: number; people: number }[];
    byFeature: { feature: string; resource: string; amount: number; entries: number }[];
  }>;
  /** Makes something happen to a test subscription; null where payments are real. */
  testAct: ((subscriptionId: string, act: string) => Promise<void>) | null;
}

/** One principle of the constitution's page; its words stand in the texts. */
export interface PrincipleView {
  key: string;
}

/** A route of the API, as its page shows it. */
export interface ApiRouteView {
  method: string;
  /** With `:name` for parameters. */
  path: string;
  tag: string;
  summary: string;
  needsUser: boolean;
  /** Codes of problems that are particular to it. */
  problems: readonly string[];
  statuses: readonly { status: number; description: string }[];
}

/** A mail of the development mailbox. */
export interface MailView {
  id: string;
  at: string;
  to: string;
  subject: string;
  text: string;
  html?: string | undefined;
}

/** What every page of a person tells beside its own matter: in the header and above the content. */
export interface Situation {
  /** How the subscription stands; `planUntil` ends a plan or the grace of a failed payment. */
  subscription: { status: string; planUntil: string | null };
  /** Whether the model host is left alone because it fails. */
  modelAway: boolean;
  /** Notices that wait to be read. */
  unread: number;
  /** Whether a live notice may be heard, and when it is only counted. */
  sound: boolean;
  quiet: QuietHours;
  /** Tips that may still be shown; none while the tour is open. */
  tips: string[];
}

/** Hours of the person's own zone, as `22:00`, in which nothing pops up or sounds. */
export interface QuietHours {
  on: boolean;
  from: string;
  until: string;
}

/** What a person was told, as its page shows and changes it. */
export interface NoticePages {
  list(query: { unread: boolean; cursor?: string | undefined }): Promise<Page<Notice>>;
  read(id: string): Promise<void>;
  readAll(): Promise<void>;
  remove(id: string): Promise<void>;
  test(): Promise<void>;
}

/** How far somebody came with the first steps. */
export interface TourView {
  /** Whether there is something to show that was neither gone through nor put aside. */
  open: boolean;
  begun: boolean;
  step: string;
  steps: string[];
  done: string[];
  /** Tips that were put away. */
  tips: string[];
}

/** The first steps, as their page takes them. */
export interface TourPages {
  progress(): Promise<TourView>;
  /** Takes a step; an unknown one changes nothing. */
  act(act: "next" | "skip" | "restart", step?: string): Promise<TourView>;
}

/** The latest figures of retrieval, in shares of one (MEM-98). */
export interface RecallQuality {
  /** Day of the measurement. */
  at: string;
  /** Begins the hash of the conversations that were asked. */
  data: string;
  conversations: number;
  questions: number;
  configuration: { weights: number; embedder: string };
  figures: { name: string; reached: number | null; must: number }[];
}

/** How the parts of the product are doing (OPS-11). */
export interface StatusView {
  status: "online" | "degraded" | "offline";
  version: string;
  components: Record<string, {
    state: "online" | "degraded" | "offline";
    since: string;
    note: string | null;
  }>;
  standIns: StandIn[];
  checkedAt: string;
}

/** Everything pages may ask. */
export interface PageServices {
  situation(): Promise<Situation>;
  notices: NoticePages;
  tour: TourPages;
  accounts: AccountPages;
  chat: ChatPages;
  memory: MemoryPages;
  usage: UsagePages;
  billing: BillingPages;
  billingAdmin: BillingAdminPages | null;
  plans: { cards(): Plan[] };
  legal: {
    pages: readonly string[];
    /** @throws Problem 404 for a name that is none of them */
    document(name: string, locale: string): Promise<{ version: string; text: string }>;
  };
  policy: { version(): number; principles(): readonly PrincipleView[] };
  status: { standIns(): StandIn[]; report(): Promise<StatusView>; recall(): RecallQuality };
  api: { routes(): readonly ApiRouteView[] };
  /** Newest first; empty with a mail server. */
  mailbox(): Promise<readonly MailView[]>;
  /** Every kind of mail with made-up values, for developers. */
  mailPreview: {
    kinds: readonly string[];
    /** The mail as HTML; null for no kind of mail. */
    html(wanted: { kind: string; locale: string }): string | null;
  };
  clock: { now(): Date };
  /** Whether pages for developers are offered. */
  isDevelopment: boolean;
}
