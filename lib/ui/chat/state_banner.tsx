import { Banner } from "../notice.tsx";
import { useChat } from "./context.ts";
import type { ChatStore } from "./store.ts";

/** Shown above the field while the device is offline (CHT-76). */
export function OfflineBanner({ offline }: { offline: boolean }) {
  const { text } = useChat();
  return offline
    ? <Banner tone="amber" lead={text.offlineBanner}>{text.offlineText}</Banner>
    : null;
}

/** What the open page found out since it was made: the model away, or an allowance at its end. */
export function liveAlert(
  store: Pick<ChatStore, "failure" | "quota">,
): "model_away" | "quota_full" | "quota_strong" | null {
  if (store.failure.value?.problem.code === "model_unavailable") return "model_away";
  const levels = store.quota.value.map(({ level }) => level);
  if (levels.includes("blocked")) return "quota_full";
  return levels.includes("strong") ? "quota_strong" : null;
}
