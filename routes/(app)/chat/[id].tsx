import { HttpError } from "fresh";
import { define } from "@/utils.ts";
import { ChatPage, chatPage } from "../../(_shared)/chat_page.tsx";

/** One conversation. Somebody else's is as if it did not exist (RD-13). */
export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const id = ctx.params["id"] ?? "";
    const conversation = await services.chat.conversation(session!.user.id, id);
    if (!conversation) throw new HttpError(404);
    return chatPage(ctx.state, conversation);
  },
});

export default define.page<typeof handler>(({ data, state, url }) => (
  <ChatPage data={data} state={state} url={url} />
));
