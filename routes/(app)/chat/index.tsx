import { define } from "@/utils.ts";
import { ChatPage, chatPage } from "../../(_shared)/chat_page.tsx";

/** The last conversation, or a blank one that is stored with its first message (CHT-1). */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    if (!ctx.url.searchParams.has("new")) {
      const list = await services.chat.conversations(session!.user.id);
      const last = list.items[0];
      if (last) return ctx.redirect(`/chat/${last.id}`, 303);
    }
    return chatPage(ctx.state, null);
  },
});

export default define.page<typeof handler>(({ data, state, url }) => (
  <ChatPage data={data} state={state} url={url} />
));
