import type { ChatRequest } from "@/lib/model/mod.ts";
import type { SseEvent, TestClient } from "../support/app.ts";
import type { Product } from "./product.ts";

/** One stream as its reader saw it; times in milliseconds after the request was sent. */
export interface Heard {
  /** When each piece of text came. */
  pieces: { at: number; text: string }[];
  /** When the last byte came. */
  ended: number;
}

/** A product's stream: also its events. */
export interface HeardTurn extends Heard {
  events: SseEvent[];
  sessionId: string;
}

/** Sends a message and reads its stream as a browser does. */
export async function sendMessage(
  person: TestClient,
  content: string,
  sessionId?: string,
): Promise<HeardTurn> {
  const path = sessionId ? `/api/chat/sessions/${sessionId}/messages` : "/api/chat/messages";
  const body = JSON.stringify({ content, clientMessageId: crypto.randomUUID() });
  const started = performance.now();
  const response = await person.fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body,
  });
  if (!response.ok) throw new Error(`The product refused: ${await response.text()}`);
  const pieces: Heard["pieces"] = [];
  const events: SseEvent[] = [];
  for await (const { part, at } of parts(response, "\n\n", started)) {
    const field = (name: string) =>
      part.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
    if (!field("event")) continue;
    const event = { id: field("id"), event: field("event"), data: JSON.parse(field("data")) };
    events.push(event);
    if (event.event === "delta") pieces.push({ at, text: event.data.text });
  }
  const first = events.find((event) => event.event === "turn");
  return {
    pieces,
    events,
    ended: performance.now() - started,
    sessionId: first?.data.sessionId ?? "",
  };
}

/** Sends the same prompt straight to the model host. */
export async function askHost({ app }: Product, request: ChatRequest): Promise<Heard> {
  const token = await app.services.tokens.token("edge", "gpu-gateway", ["invoke:model"]);
  const body = JSON.stringify({
    model: app.services.config.chatModel,
    messages: request.messages,
    stream: true,
    keep_alive: "10m",
    options: { num_predict: request.maxTokens, num_ctx: 8192, temperature: 0.7 },
  });
  const started = performance.now();
  const response = await fetch(`${app.services.standIn!.url}/api/chat`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body,
  });
  const pieces: Heard["pieces"] = [];
  for await (const { part, at } of parts(response, "\n", started)) {
    const line = JSON.parse(part) as { message: { content: string }; done: boolean };
    if (!line.done) pieces.push({ at, text: line.message.content });
  }
  return { pieces, ended: performance.now() - started };
}

async function* parts(
  response: Response,
  border: string,
  started: number,
): AsyncGenerator<{ part: string; at: number }> {
  let rest = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const at = performance.now() - started;
    rest += chunk;
    for (let end = rest.indexOf(border); end !== -1; end = rest.indexOf(border)) {
      if (end > 0) yield { part: rest.slice(0, end), at };
      rest = rest.slice(end + border.length);
    }
  }
}
