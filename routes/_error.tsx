import { HttpError } from "fresh";
import { define } from "@/utils.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { artOf } from "@/lib/ui/art.tsx";
import { anyReader } from "@/lib/ui/format.ts";
import { explain } from "@/lib/ui/explain.ts";
import { faultText } from "@/lib/ui/text/faults.ts";
import { problemBody } from "./(_shared)/answers.ts";
import { FaultPage } from "./(_shared)/fault_page.tsx";

/** Whatever was thrown, without a word of its inside. */
export default define.page(({ error, state, url }) => {
  const locale = state.locale ?? "en";
  const text = faultText(locale);
  const again = url.pathname + url.search;
  if (isProblem(error)) {
    const { status } = error;
    const { title, text: words } = explain(problemBody(error), { ...anyReader, locale });
    const may = status === 429 || status >= 500;
    return (
      <FaultPage
        state={state}
        title={title}
        text={words}
        art={artOf(status)}
        {...(may ? { again } : {})}
      />
    );
  }
  const status = error instanceof HttpError ? error.status : 500;
  const known: Record<number, [title: string, words: string]> = {
    403: [text.forbiddenTitle, text.forbiddenText],
    404: [text.lostTitle, text.lostText],
    410: [text.goneTitle, text.goneText],
  };
  const [title, words] = known[status] ?? [text.errorTitle, text.errorText];
  return (
    <FaultPage
      state={state}
      title={title}
      text={words}
      art={artOf(status)}
      {...(known[status] ? {} : { again })}
    />
  );
});
