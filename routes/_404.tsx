import { define } from "@/utils.ts";
import { faultText } from "@/lib/ui/text/faults.ts";
import { FaultPage } from "./(_shared)/fault_page.tsx";

/** Nothing is at this address. */
export default define.page(({ state }) => {
  const text = faultText(state.locale);
  return <FaultPage state={state} title={text.lostTitle} text={text.lostText} art="lost" />;
});
