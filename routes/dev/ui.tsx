import { HttpError, page } from "fresh";
import { define } from "@/utils.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Gallery } from "@/lib/ui/gallery.tsx";
import { Segments } from "@/lib/ui/tabs.tsx";
import { PublicFrame } from "../(_shared)/public_frame.tsx";

const VIEWS = ["light", "dark", "contrast", "both"] as const;
type View = (typeof VIEWS)[number];

/** Every component in every state; not offered where people work with the product (UI-4). */
export const handler = define.handlers({
  GET(ctx) {
    if (!ctx.state.services.isDevelopment) throw new HttpError(404);
    const wanted = ctx.url.searchParams.get("theme");
    const view: View | null = VIEWS.find((one) => one === wanted) ?? null;
    if (view && view !== "both") ctx.state.look = { ...ctx.state.look, theme: view };
    return page({ view });
  },
});

export default define.page<typeof handler>(({ data, state }) => (
  <PublicFrame signedIn={Boolean(state.session)} title="All states" locale={state.locale}>
    <div class="wrap read-wide">
      <PageHead
        title="All states"
        lead="Each component as it rests, reacts, waits, fails and stays empty."
        actions={
          <Segments
            label="Theme"
            items={VIEWS.map((view) => ({
              href: `/dev/ui?theme=${view}`,
              label: view === "both" ? "light and dark" : view,
              current: view === data.view,
            }))}
          />
        }
      />
      {data.view === "both" ? null : <Gallery />}
    </div>
    {data.view === "both"
      ? (
        <div class="side-by-side">
          <div class="as-light">
            <Gallery />
          </div>
          <div class="as-dark">
            <Gallery prefix="h" />
          </div>
        </div>
      )
      : null}
  </PublicFrame>
));
