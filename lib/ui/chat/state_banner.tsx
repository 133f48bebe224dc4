import { Banner } from "../notice.tsx";
import { useChat } from "./context.ts";

/** Shown above everything while the model is away or the device is offline (CHT-76). */
export function StateBanner({ offline }: { offline: boolean }) {
  const { store, text } = useChat();
  if (offline) return <Banner tone="amber" lead={text.offlineBanner}>{text.offlineText}</Banner>;
  if (store.failure.value?.problem.code !== "model_unavailable") return null;
  return <Banner tone="red" lead={text.degradedBanner}>{text.degradedText}</Banner>;
}
