import { define } from "@/utils.ts";
import { accountText } from "@/lib/ui/text/account.ts";
import { authText } from "@/lib/ui/text/auth.ts";
import { linkHandlers, LinkPage } from "./(_shared)/link_page.tsx";

export const handler = define.handlers(
  linkHandlers((state, token) => state.center.undoEmailChange(token)),
);

export default define.page<typeof handler>(({ data, state }) => {
  const text = accountText(state.locale);
  return (
    <LinkPage
      data={data}
      locale={state.locale}
      action="/undo-email"
      words={{
        title: text.undoTitle,
        lead: text.undoLead,
        button: text.undoButton,
        done: text.undoDone,
        doneText: text.undoDoneText,
        bad: text.verifyBad,
        badText: text.verifyBadText,
      }}
      onward={{ href: "/forgot-password", label: text.forgotTitle }}
      fallback={{ href: "/login", label: authText(state.locale).signIn }}
    />
  );
});
