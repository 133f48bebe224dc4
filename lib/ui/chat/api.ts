import type { Clock } from "../../platform/clock.ts";
import type { ProblemBody } from "../contract.ts";
import { readProblem } from "./follow.ts";

/** Longest wait for an answer that is no stream (UI-55). */
export const TIMEOUT_MS = 15_000;

/** An error answer of the server, or the absence of one. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  constructor(readonly problem: ProblemBody) {
    super(problem.code);
  }
}

/** Small typed face of the HTTP interface. Every call throws {@link ProblemError}, nothing else. */
export interface Api {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
}

/** What calls need. */
export interface ApiOptions {
  fetch: typeof fetch;
  clock: Clock;
}

/** An {@link Api} whose calls end after {@link TIMEOUT_MS} at the latest. */
export function createApi({ fetch, clock }: ApiOptions): Api {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const control = new AbortController();
    let late = false;
    const stop = clock.after(TIMEOUT_MS, () => {
      late = true;
      control.abort();
    });
    try {
      const response = await fetch(path, {
        method,
        signal: control.signal,
        headers: jsonHeaders(body !== undefined),
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: "no-store",
      });
      if (!response.ok) throw new ProblemError(await readProblem(response));
      return (response.status === 204 ? undefined : await response.json()) as T;
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      throw new ProblemError(localProblem(late ? "timeout" : "network"));
    } finally {
      stop();
    }
  }
  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    patch: (path, body) => call("PATCH", path, body),
    delete: (path) => call("DELETE", path),
  };
}

/** Headers of a JSON request; the answer may be a problem. */
export function jsonHeaders(hasBody: boolean, accept = "application/json"): HeadersInit {
  return hasBody ? { accept, "content-type": "application/json" } : { accept };
}

/** A problem that arose on this side of the wire. */
export function localProblem(code: "network" | "timeout" | "internal"): ProblemBody {
  return { type: `/problems/${code}`, title: "", status: 0, detail: "", code };
}

/** The problem of anything that was thrown. */
export function problemOf(error: unknown): ProblemBody {
  return error instanceof ProblemError ? error.problem : localProblem("internal");
}
