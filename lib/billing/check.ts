import { HANDLED_EVENTS, type ProviderEndpoint, RECORDED_EVENTS } from "./types.ts";

/** Something about an endpoint that an operator has to put right. */
export interface EndpointFinding {
  finding: "missing" | "disabled" | "events_missing" | "events_surplus" | "wrong_mode";
  detail: string;
}

/** Compares the endpoints at the provider with what this installation needs (BIL-32). Pure. */
export function checkEndpoints(
  endpoints: readonly ProviderEndpoint[],
  expected: { url: string; live: boolean },
): EndpointFinding[] {
  const mine = endpoints.find((endpoint) => endpoint.url === expected.url);
  if (!mine) return [{ finding: "missing", detail: `No endpoint sends to ${expected.url}` }];
  const findings: EndpointFinding[] = [];
  if (!mine.enabled) findings.push({ finding: "disabled", detail: `${mine.id} is disabled` });
  if (mine.live !== expected.live) {
    findings.push({
      finding: "wrong_mode",
      detail: `${mine.id} is of the ${mine.live ? "live" : "test"} mode, the key is not`,
    });
  }
  const wanted: readonly string[] = HANDLED_EVENTS;
  const missing = wanted.filter((type) =>
    !mine.events.includes(type) && !mine.events.includes("*")
  );
  if (missing.length > 0) {
    findings.push({ finding: "events_missing", detail: `Not sent: ${missing.join(", ")}` });
  }
  // Refunds and disputes are written down where they are sent; nothing breaks without them.
  const useful: readonly string[] = [...HANDLED_EVENTS, ...RECORDED_EVENTS];
  const surplus = mine.events.filter((type) => !useful.includes(type));
  if (surplus.length > 0) {
    findings.push({ finding: "events_surplus", detail: `Not needed: ${surplus.join(", ")}` });
  }
  return findings;
}
