import type { Taken } from "../contract.ts";
import type { Api } from "./api.ts";

/** When it is looked up after a turn what was kept of it, in milliseconds; extraction is a job. */
export const LOOK_AFTER_MS: readonly number[] = [1_000, 4_000];

/** What memory took from a message; null when nothing was taken, or when it cannot be told. */
export async function takenFrom(api: Api, messageId: string): Promise<Taken | null> {
  try {
    const taken = await api.get<Taken>(`/api/chat/messages/${messageId}/memory`);
    return taken.saved.length + taken.proposals.length > 0 ? taken : null;
  } catch {
    return null; // a courtesy; the memory page shows everything
  }
}
