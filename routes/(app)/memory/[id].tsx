import { HttpError, page } from "fresh";
import { define } from "@/utils.ts";
import MemoryOne from "@/islands/memory_one.tsx";
import { PageHead } from "@/lib/ui/frame.tsx";
import { MemoryTabs } from "@/lib/ui/memory/tabs.tsx";
import { memoryCareText } from "@/lib/ui/text/memory_care.ts";
import { memoryText } from "@/lib/ui/text/memory.ts";
import { shorten } from "@/lib/platform/text.ts";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const userId = session!.user.id;
    const one = await services.memory.one(userId, ctx.params.id!);
    if (!one) throw new HttpError(404);
    const [stats, quota] = await Promise.all([
      services.memory.stats(userId),
      services.usage.quota(userId),
    ]);
    return page({ one, stats, quota });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const care = memoryCareText(state.locale);
  const { memory } = data.one;
  return (
    <Shell state={state} url={url} title={shorten(memory.text, 60)} quota={data.quota}>
      <PageHead title={memoryText(state.locale).title} lead={care.oneLead} />
      <MemoryTabs current="/memory" stats={data.stats} locale={state.locale} />
      <MemoryOne {...data.one} reader={readerOf(state)} />
    </Shell>
  );
});
