import { HttpError } from "fresh";
import { define } from "@/utils.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import { anyReader } from "@/lib/ui/format.ts";
import { explain } from "@/lib/ui/explain.ts";
import { faultText } from "@/lib/ui/text/faults.ts";
import { problemBody } from "./(_shared)/answers.ts";
import { FaultPage } from "./(_shared)/fault_page.tsx";

/** Whatever was thrown, without a word of its inside. */
export default define.page(({ error, state }) => {
  const locale = state.locale ?? "en";
  const text = faultText(locale);
  if (isProblem(error)) {
    const { title, text: words } = explain(problemBody(error), { ...anyReader, locale });
    return <FaultPage state={state} title={title} text={words} />;
  }
  if (error instanceof HttpError && error.status === 404) {
    return <FaultPage state={state} title={text.lostTitle} text={text.lostText} />;
  }
  return <FaultPage state={state} title={text.errorTitle} text={text.errorText} />;
});
