import type { MemoryStats } from "../contract.ts";
import { Tabs } from "../tabs.tsx";
import { memoryCareText } from "../text/memory_care.ts";

/** The views of memory, by their address. */
export type MemoryView =
  | "/memory"
  | "/memory?includePast=true"
  | "/memory?trash=true"
  | "/memory/proposals"
  | "/memory/not-saved"
  | "/memory/contradictions"
  | "/memory/timeline"
  | "/memory/care";

/** Links to all views of memory, with what waits in them (UI-15). */
export function MemoryTabs(
  { current, stats, locale }: { current: MemoryView; stats: MemoryStats; locale: string },
) {
  const text = memoryCareText(locale);
  const some = (n: number) => n > 0 ? { count: String(n) } : {};
  const items: { href: MemoryView; label: string; count?: string }[] = [
    { href: "/memory", label: text.tabAll, ...some(stats.total) },
    { href: "/memory/proposals", label: text.tabProposals, ...some(stats.waiting.proposals) },
    { href: "/memory/not-saved", label: text.tabNotSaved },
    {
      href: "/memory/contradictions",
      label: text.tabContradictions,
      ...some(stats.waiting.contradictions),
    },
    { href: "/memory?includePast=true", label: text.tabPast, ...some(stats.past) },
    { href: "/memory?trash=true", label: text.tabTrash, ...some(stats.health.trash) },
    { href: "/memory/timeline", label: text.tabTimeline },
    { href: "/memory/care", label: text.tabCare },
  ];
  return (
    <Tabs
      label={text.tabs}
      items={items.map((item) => ({ ...item, current: item.href === current }))}
    />
  );
}
