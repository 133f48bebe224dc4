import type { ComponentChildren } from "preact";
import { page } from "fresh";
import type { State } from "@/utils.ts";
import Chat from "@/islands/chat.tsx";
import type { Conversation, Message, Quota } from "@/lib/ui/contract.ts";
import { chatMarkdown } from "@/lib/ui/copy_code.tsx";
import Highlighted from "@/lib/ui/highlight.tsx";
import { Markdown } from "@/lib/ui/markdown.tsx";
import Formula, { type FormulaProps } from "@/lib/ui/math.tsx";
import type { ChatData } from "@/lib/ui/chat/state.ts";
import { chatText } from "@/lib/ui/text/chat.ts";
import { commonText } from "@/lib/ui/text/common.ts";
import { alertOf, AlertWords } from "./alert_banner.tsx";
import { quotaNow, readerOf, Shell } from "./shell.tsx";

/** What the chat page is made from. */
export interface ChatPageData {
  chat: ChatData;
  quota: Quota;
  now: string;
}

/** Reads what the chat shows at first; `conversation` is null for a blank one. */
export async function chatPage(state: State, conversation: Conversation | null) {
  const { services, session } = state;
  const { id: userId, displayName } = session!.user;
  const [list, messages, quota, enterSends] = await Promise.all([
    services.chat.conversations(userId),
    conversation ? services.chat.messages(userId, conversation.id) : null,
    services.usage.quota(userId),
    services.chat.enterSends(userId),
  ]);
  const chat: ChatData = {
    userId,
    userName: displayName,
    conversations: list.items,
    conversationsCursor: list.nextCursor,
    conversation,
    messages: messages?.items ?? [],
    messagesCursor: messages?.nextCursor ?? null,
    quota: quotaNow(quota, readerOf(state)),
    model: conversation?.model ?? services.chat.model(),
    enterSends,
  };
  return page<ChatPageData>({ chat, quota, now: services.clock.now().toISOString() });
}

/** The page itself. */
export function ChatPage({ data, state, url }: { data: ChatPageData; state: State; url: URL }) {
  const text = chatText(state.locale);
  const open = data.chat.conversation;
  const title = open ? open.title ?? text.untitled : text.newConversation;
  return (
    <Shell
      state={state}
      url={url}
      title={title}
      mini
      skips={[{ href: "#draft", label: commonText(state.locale).skipToComposer }]}
    >
      <Chat
        data={data.chat}
        reader={readerOf(state)}
        announce={state.look.announce}
        now={data.now}
        {...alerts(state, url, data.quota)}
        {...renderedAnswers(data.chat.messages, state.locale)}
      />
    </Shell>
  );
}

/** What is told above the conversation, and what it may come to while the page is open (UI-49). */
function alerts(state: State, url: URL, quota: Quota) {
  const told = { state, url, quota };
  const alert = alertOf(told);
  const live = (kind: "model_away" | "quota_full" | "quota_strong") => (
    <AlertWords {...told} alert={{ kind, resource: "llm_tokens" }} />
  );
  return {
    alertKind: alert?.kind ?? null,
    alert: alert ? <AlertWords {...told} alert={alert} /> : null,
    alert_model_away: live("model_away"),
    alert_quota_full: live("quota_full"),
    alert_quota_strong: live("quota_strong"),
  };
}

const formula = (props: FormulaProps) => <Formula {...props} />;

/** Each stored answer, rendered here, so that the browser need not read Markdown to show it. */
function renderedAnswers(messages: readonly Message[], locale: string) {
  const slots: Record<`answer_${string}`, ComponentChildren> = {};
  for (const { id, role, content } of messages) {
    if (role === "assistant") {
      slots[`answer_${id}`] = (
        <Markdown text={content} {...chatMarkdown(locale)} code={Highlighted} math={formula} />
      );
    }
  }
  return slots;
}
