import type { ChatRequest, ModelChunk } from "@/lib/model/mod.ts";
import type { Services } from "@/lib/boot/services.ts";

/** What happened inside the product during one turn, as times of `performance.now()`. */
export interface Trace {
  marks: Map<string, number>;
  /** Each transaction: when it began and ended. */
  transactions: { from: number; to: number }[];
  /** What the model was asked. */
  request: ChatRequest | null;
  /** Text that had come from the host, with its time. */
  chunks: { at: number; text: string }[];
}

/** Watches the stages of turns from outside, through the services that they call. */
export interface Tracer {
  /** Forgets the former turn. */
  begin(): void;
  current(): Trace;
}

const empty = (): Trace => ({ marks: new Map(), transactions: [], request: null, chunks: [] });

/** Puts a clock around what a turn calls. The services stay the same objects. */
export function traceTurns(services: Services): Tracer {
  let trace = empty();
  const mark = (name: string) => {
    if (!trace.marks.has(name)) trace.marks.set(name, performance.now());
  };
  const around = <Args extends unknown[], Result>(
    name: string,
    inner: (...args: Args) => Promise<Result>,
  ) =>
  async (...args: Args): Promise<Result> => {
    mark(`${name} begins`);
    try {
      return await inner(...args);
    } finally {
      mark(`${name} ends`);
    }
  };
  const { db, policy, memory, model, accounts, chat } = services;
  accounts.authenticate = around("session", accounts.authenticate);
  accounts.settings = around("settings", accounts.settings);
  chat.turns.start = around("start", chat.turns.start.bind(chat.turns));
  policy.checkMessage = around("policy", policy.checkMessage.bind(policy));
  memory.recall = around("recall", memory.recall.bind(memory));
  for (const name of ["asUser", "asSystem"] as const) {
    const inner = db[name].bind(db);
    db[name] = async (who, work) => {
      const transaction = { from: performance.now(), to: NaN };
      trace.transactions.push(transaction);
      try {
        return await inner(who, work);
      } finally {
        transaction.to = performance.now();
      }
    };
  }
  const call = db.callAsUser.bind(db);
  db.callAsUser = async <Row>(...args: Parameters<typeof call>): Promise<Row> => {
    const transaction = { from: performance.now(), to: NaN };
    trace.transactions.push(transaction);
    try {
      return await call<Row>(...args);
    } finally {
      transaction.to = performance.now();
    }
  };
  const ask = model.chat.bind(model);
  model.chat = async function* (request): AsyncGenerator<ModelChunk> {
    const mine = trace;
    mine.request ??= request;
    mark("model begins");
    for await (const chunk of ask(request)) {
      if (chunk.text !== undefined) {
        mark("model ends");
        mine.chunks.push({ at: performance.now(), text: chunk.text });
      }
      yield chunk;
    }
  };
  return {
    begin: () => trace = empty(),
    current: () => trace,
  };
}
