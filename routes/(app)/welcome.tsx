import { page } from "fresh";
import { define, type State } from "@/utils.ts";
import Tour from "@/islands/tour.tsx";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import type { Memory, Quota } from "@/lib/ui/contract.ts";
import { LOOK_CHOICES, lookCookie, parseLook } from "@/lib/ui/look.ts";
import { Banner } from "@/lib/ui/notice.tsx";
import { ProgressBar } from "@/lib/ui/progress.tsx";
import { say } from "@/lib/ui/say.ts";
import { welcomeText } from "@/lib/ui/text/welcome.ts";
import type { TourView } from "@/lib/ui/view.ts";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { isProblem } from "@/lib/platform/problem.ts";
import { seeOther } from "../(_shared)/answers.ts";
import { fieldsOf, refusalOf } from "../(_shared)/settings_frame.tsx";
import type { Settings } from "../(_shared)/settings_form.tsx";
import { readerOf, Shell } from "../(_shared)/shell.tsx";
import { StepBody, type StepData } from "../(_shared)/tour_steps.tsx";

interface WelcomeData extends StepData {
  quota: Quota;
  tour: TourView;
  step: string;
  refusal: string | null;
}

interface Ctx {
  url: URL;
  state: State;
}

async function load(ctx: Ctx, step: string, tour: TourView): Promise<WelcomeData> {
  const { services, session, center } = ctx.state;
  const query = ctx.url.searchParams;
  const kept = query.get("kept");
  const [quota, settings, memory] = await Promise.all([
    services.usage.quota(session!.user.id),
    step === "companion" ? center.settings() : null,
    step === "memory" && kept ? services.memory.get(session!.user.id, kept) : null,
  ]);
  return {
    quota,
    tour,
    step,
    settings,
    memory: memory as Memory | null,
    undone: query.has("undone"),
    refusal: null,
  };
}

export const handler = define.handlers({
  async GET(ctx) {
    const tour = await ctx.state.services.tour.progress();
    const wanted = ctx.url.searchParams.get("step");
    const step = tour.steps.find((name) => name === wanted) ??
      tour.steps.find((name) => name === tour.step) ?? tour.steps[0]!;
    // Looking changes nothing: where it goes on is stored with each step that is taken.
    return page<WelcomeData>(await load(ctx, step, tour));
  },

  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const { tour, memory } = ctx.state.services;
    const act = fields.get("act");
    const step = fields.get("step") ?? "";
    if (act === "skip") {
      await tour.act("skip");
      return seeOther("/chat");
    }
    if (act === "restart") {
      await tour.act("restart");
      return seeOther("/welcome?step=welcome");
    }
    try {
      if (act === "keep") {
        const { id } = await memory.add(fields.get("text") ?? "");
        return seeOther(`/welcome?step=memory&kept=${id}`);
      }
      if (act === "undo") {
        await memory.forget(fields.get("id") ?? "");
        return seeOther("/welcome?step=memory&undone");
      }
      const cookies = await applied(ctx, step, fields);
      const { steps } = await tour.progress();
      const next = steps[steps.indexOf(step) + 1];
      await tour.act("next", step);
      return seeOther(next ? `/welcome?step=${next}` : "/chat", cookies);
    } catch (error) {
      if (!isProblem(error)) throw error;
      const refusal = refusalOf(error, ctx.state);
      const data = await load(ctx, step, await tour.progress());
      const text = refusal.text ?? refusal.faults.map(({ message }) => message).join(" ");
      return page<WelcomeData>({ ...data, refusal: text }, { status: 400 });
    }
  },
});

/** What a step's own form chose. */
async function applied(ctx: Ctx, step: string, fields: URLSearchParams): Promise<string[]> {
  const { center, services, session, look } = ctx.state;
  if (step === "companion") {
    await center.changeSettings({
      tone: fields.get("tone") as Settings["tone"],
      answerLength: fields.get("answerLength") as Settings["answerLength"],
    });
  }
  if (step !== "look") return [];
  const wanted = new URLSearchParams(Object.entries(look));
  for (const name of Object.keys(LOOK_CHOICES)) {
    const value = fields.get(name);
    if (value) wanted.set(name, value);
  }
  const chosen = parseLook(wanted);
  await services.accounts.saveLook(session!.user.id, chosen);
  return [lookCookie(chosen)];
}

export default define.page<typeof handler>(({ data, state, url }) => {
  const text: Record<string, string> = welcomeText(state.locale);
  const reader = readerOf(state);
  const { steps } = data.tour;
  const at = steps.indexOf(data.step);
  const before = steps[at - 1];
  const title = say(text[data.step]!, { name: state.session!.user.displayName });
  const progress = say(text.progress!, { at: at + 1, n: steps.length });
  return (
    <Shell state={state} url={url} title={text.title!} quota={data.quota}>
      <article class="tour card" aria-labelledby="step-title">
        <div class="stack">
          <p class="small quiet">{progress}</p>
          <ProgressBar
            label={text.title!}
            percent={((at + 1) / steps.length) * 100}
            text={progress}
          />
        </div>
        {data.refusal ? <Banner tone="red">{data.refusal}</Banner> : null}
        <h1 id="step-title" tabIndex={-1} autofocus>{title}</h1>
        {data.step === "chat" ? null : <Tour reader={reader} sample={false} />}
        <StepBody step={data.step} data={data} state={state} />
        <div class="row between tour-foot">
          {before
            ? <LinkButton icon="left" href={`/welcome?step=${before}`}>{text.back}</LinkButton>
            : <span />}
          <PostForm action="/welcome" id="tour-next">
            <input type="hidden" name="step" value={data.step} />
            <Button kind="primary" type="submit" name="act" value="next">
              {at + 1 < steps.length ? text.next : text.finish}
            </Button>
          </PostForm>
        </div>
      </article>
      <div class="row between">
        <p class="small quiet hide-small">{text.leave}</p>
        <PostForm action="/welcome">
          <Button kind="ghost" type="submit" name="act" value="skip">{text.skip}</Button>
        </PostForm>
      </div>
    </Shell>
  );
});
