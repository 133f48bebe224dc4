/**
 * What pages need from the services, as they need it. The composition root fits the rooms'
 * services to these types; pages know nothing else of them.
 * @module
 */
import type {
  Conversation,
  HistoryDay,
  LedgerCheck,
  Memory,
  MemoryStats,
  Message,
  Page,
  Plan,
  Quota,
  SearchAnswer,
  StandIn,
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
}

/** Usage, as its page and the ring in the header show it. */
export interface UsagePages {
  quota(userId: string): Promise<Quota>;
  history(userId: string, days: number): Promise<HistoryDay[]>;
  verify(userId: string): Promise<LedgerCheck>;
}

/** One principle of the constitution's page. */
export interface PrincipleView {
  key: string;
  title: string;
  meaning: string;
  permits: string[];
  forbids: string[];
  examples: readonly { asked: string; answered: string }[];
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
}

/** Everything pages may ask. */
export interface PageServices {
  accounts: AccountPages;
  chat: ChatPages;
  memory: MemoryPages;
  usage: UsagePages;
  plans: { cards(): Plan[] };
  policy: { version(): number; principles(): readonly PrincipleView[] };
  status: { standIns(): StandIn[] };
  api: { routes(): readonly ApiRouteView[] };
  /** Newest first; empty with a mail server. */
  mailbox(): Promise<readonly MailView[]>;
  clock: { now(): Date };
  /** Whether pages for developers are offered. */
  isDevelopment: boolean;
}
