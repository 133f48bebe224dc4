import { Head } from "fresh/runtime";
import { define } from "@/utils.ts";
import { accountText } from "@/lib/ui/text/account.ts";
import { authText } from "@/lib/ui/text/auth.ts";
import { linkHandlers, LinkPage } from "./(_shared)/link_page.tsx";

export const handler = define.handlers(
  linkHandlers((state, token) => state.center.verifyEmail(token)),
);

export default define.page<typeof handler>(({ data, state }) => {
  const text = accountText(state.locale);
  const href = state.session ? "/chat" : "/login";
  const onward = { href, label: state.session ? text.goOn : authText(state.locale).signIn };
  return (
    <>
      {data.state === "done"
        ? (
          <Head>
            <meta http-equiv="refresh" content={`3;url=${href}`} />
          </Head>
        )
        : null}
      <LinkPage
        data={data}
        locale={state.locale}
        action="/verify-email"
        words={{
          title: text.verifyTitle,
          lead: text.verifyLead,
          button: text.verifyButton,
          done: text.verifyDone,
          doneText: text.verifyDoneText,
          bad: text.verifyBad,
          badText: text.verifyBadText,
        }}
        onward={onward}
        fallback={onward}
      />
    </>
  );
});
