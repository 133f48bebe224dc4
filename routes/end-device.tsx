import { define } from "@/utils.ts";
import { accountText } from "@/lib/ui/text/account.ts";
import { authText } from "@/lib/ui/text/auth.ts";
import { linkHandlers, LinkPage } from "./(_shared)/link_page.tsx";

export const handler = define.handlers(
  linkHandlers((state, token) => state.center.endDeviceByLink(token)),
);

export default define.page<typeof handler>(({ data, state }) => {
  const text = accountText(state.locale);
  return (
    <LinkPage
      data={data}
      locale={state.locale}
      action="/end-device"
      words={{
        title: text.endTitle,
        lead: text.endLead,
        button: text.endButton,
        done: text.endDone,
        doneText: text.endDoneText,
        bad: text.verifyBad,
        badText: text.verifyBadText,
      }}
      onward={{ href: "/forgot-password", label: text.forgotTitle }}
      fallback={{ href: "/login", label: authText(state.locale).signIn }}
    />
  );
});
