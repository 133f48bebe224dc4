import { monitorEventLoopDelay } from "node:perf_hooks";
import { startTestApp } from "../support/app.ts";
import { quantile, round, type Summary, summary } from "./stats.ts";

/** What signing in and being signed in cost; milliseconds unless the name says otherwise. */
export interface AccountFigures {
  /** A session that was looked up within the last five seconds, microseconds (ACC-38). */
  sessionMicros: Summary;
  /** An access token whose signature was checked before, microseconds. */
  accessMicros: Summary;
  /** Longest wait of the event loop while twenty people sign in at once (ACC-11). */
  loopMax: number;
  /** How far the medians of a wrong password and an unknown account lie apart, percent (ACC-14). */
  unknownPercent: number;
}

const PASSWORD = "Correct-horse-7-battery";

/** Measures on a product of its own. */
export async function measureAccounts(rounds: number): Promise<AccountFigures> {
  const app = await startTestApp({ env: { LOG_LEVEL: "error" } });
  try {
    const { accounts } = app.services;
    const ada = await app.person("ada");
    const api = await app.client().post("/api/auth/login", {
      email: ada.email,
      password: PASSWORD,
    }, { "x-nova-client": "api" });
    const from = { address: "127.0.0.1" };
    const session = { kind: "session" as const, token: ada.cookies.get("nova_session")! };
    const access = { kind: "access" as const, token: api.body.tokens.accessToken as string };
    const micros = async (credential: typeof session | typeof access) => {
      const times: number[] = [];
      for (let i = 0; i < rounds * 10; i++) {
        const started = performance.now();
        const found = await accounts.authenticate(credential, from);
        times.push((performance.now() - started) * 1000);
        if (found.kind !== "user") throw new Error("The credential was refused");
      }
      return summary(times);
    };
    return {
      sessionMicros: await micros(session),
      accessMicros: await micros(access),
      loopMax: await loopWhileSigningIn(app, ada.email),
      unknownPercent: await unknownAgainstWrong(app, rounds),
    };
  } finally {
    await app.close();
  }
}

type App = Awaited<ReturnType<typeof startTestApp>>;

/** The login itself, without the client's side of HTTP, which runs in this process too. */
function signIn(app: App, email: string, password: string): Promise<unknown> {
  const address = `10.${Math.floor(Math.random() * 255)}.${Math.floor(Math.random() * 255)}.9`;
  return app.services.accounts.login({ email, password }, { address, userAgent: "bench" })
    .catch(() => {});
}

async function loopWhileSigningIn(app: App, email: string): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const longest: number[] = [];
  for (let i = 0; i < 5; i++) {
    delay.reset();
    delay.enable();
    await Promise.all(Array.from({ length: 20 }, () => signIn(app, email, PASSWORD)));
    delay.disable();
    longest.push(delay.max / 1e6);
  }
  return round(quantile(longest, 0.5));
}

async function unknownAgainstWrong(app: App, rounds: number): Promise<number> {
  const people = await Promise.all(Array.from({ length: 50 }, () => app.person("eve")));
  const timed = async (email: string) => {
    const started = performance.now();
    await signIn(app, email, "Wrong-horse-7-battery");
    return performance.now() - started;
  };
  const wrong: number[] = [];
  const unknown: number[] = [];
  for (let i = 0; i < Math.max(200, rounds); i++) {
    if (i % 50 === 0) {
      for (const { email } of people) await signIn(app, email, PASSWORD);
    }
    wrong.push(await timed(people[i % 50]!.email));
    unknown.push(await timed(`nobody-${i}@example.org`));
  }
  const [a, b] = [quantile(wrong, 0.5), quantile(unknown, 0.5)];
  return round(Math.abs(a - b) / a * 100);
}
