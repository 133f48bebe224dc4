import { HttpError } from "fresh";
import { define } from "@/utils.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Gallery } from "@/lib/ui/gallery.tsx";
import { PublicFrame } from "../(_shared)/public_frame.tsx";

/** Every component in every state; not offered where people work with the product (UI-4). */
export const handler = define.handlers({
  GET(ctx) {
    if (!ctx.state.services.isDevelopment) throw new HttpError(404);
    return { data: {} };
  },
});

export default define.page<typeof handler>(({ state }) => (
  <PublicFrame title="All states" locale={state.locale}>
    <div class="wrap read-wide">
      <PageHead
        title="All states"
        lead="Each component as it rests, reacts, waits, fails and stays empty."
      />
      <Gallery />
    </div>
  </PublicFrame>
));
