import { page } from "fresh";
import { define } from "@/utils.ts";
import MemoryInbox from "@/islands/memory_inbox.tsx";
import { PageHead } from "@/lib/ui/frame.tsx";
import { MemoryTabs } from "@/lib/ui/memory/tabs.tsx";
import { memoryCareText } from "@/lib/ui/text/memory_care.ts";
import { memoryText } from "@/lib/ui/text/memory.ts";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const userId = session!.user.id;
    const [items, stats, quota] = await Promise.all([
      services.memory.notSaved(userId),
      services.memory.stats(userId),
      services.usage.quota(userId),
    ]);
    return page({ items, stats, quota });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = memoryText(state.locale);
  const care = memoryCareText(state.locale);
  return (
    <Shell state={state} url={url} title={care.tabNotSaved} quota={data.quota}>
      <PageHead title={text.title} lead={text.lead} />
      <MemoryTabs current="/memory/not-saved" stats={data.stats} locale={state.locale} />
      <MemoryInbox kind="not_saved" page={data.items} reader={readerOf(state)} />
    </Shell>
  );
});
