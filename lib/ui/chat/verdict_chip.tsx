import { Chip } from "../chip.tsx";
import type { Verdict } from "../contract.ts";
import type { Tone } from "../tokens.ts";
import { useChat } from "./context.ts";

const VERDICT_TONE: Record<Verdict, Tone> = {
  allow: "green",
  allow_with_care: "amber",
  transform: "amber",
  refuse: "red",
  escalate: "red",
};

/** The verdict in words; nothing for plain *allow*, which needs no mark (CHT-60). */
export function VerdictChip({ verdict, always }: { verdict: Verdict | null; always?: boolean }) {
  const { text } = useChat();
  if (!verdict || (verdict === "allow" && !always)) return null;
  return (
    <Chip tone={VERDICT_TONE[verdict]} icon={verdict === "allow" ? "check" : "shield"}>
      {text[`verdict_${verdict}`]}
    </Chip>
  );
}
