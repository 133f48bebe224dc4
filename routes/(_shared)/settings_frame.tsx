import type { ComponentChildren } from "preact";
import type { State } from "@/utils.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Banner } from "@/lib/ui/notice.tsx";
import { slot } from "@/lib/ui/slot.ts";
import { Tabs } from "@/lib/ui/tabs.tsx";
import { explain } from "@/lib/ui/explain.ts";
import { accountText } from "@/lib/ui/text/account.ts";
import { isProblem } from "@/lib/platform/problem.ts";
import type { FormFault } from "@/lib/ui/field.tsx";
import type { Quota } from "@/lib/ui/contract.ts";
import { problemBody, seeOther } from "./answers.ts";
import { readerOf, Shell } from "./shell.tsx";

/** What a form of the settings came to when it was not taken. */
export interface Refusal {
  /** A sentence for the whole form; null when every fault belongs to a field. */
  text: string | null;
  faults: FormFault[];
}

/** Data of every settings page. */
export interface SettingsData {
  quota: Quota | null;
  /** Name of the text that says what was done, from the address. */
  done: string | null;
  refusal: Refusal | null;
}

interface Ctx {
  req: Request;
  url: URL;
  state: State;
}

/** Loads what every settings page shows. */
export async function settingsData(
  ctx: Ctx,
  refusal: Refusal | null = null,
): Promise<SettingsData> {
  const { services, session, center } = ctx.state;
  const quota = center.standing() === "active"
    ? await services.usage.quota(session!.user.id)
    : null;
  return { quota, done: refusal ? null : ctx.url.searchParams.get("done"), refusal };
}

/** The fields of a form as text; a box that is ticked is "on". */
export async function fieldsOf(req: Request): Promise<URLSearchParams> {
  const fields = new URLSearchParams();
  for (const [name, value] of await req.formData()) {
    if (typeof value === "string") fields.append(name, value);
  }
  return fields;
}

/**
 * Runs what a form asks for. Where a fresh proof is needed the person is led to it and back; what
 * was refused is told on the page.
 */
export async function attempt(
  ctx: Ctx,
  work: () => Promise<Response | string>,
): Promise<Response | Refusal> {
  const { pathname } = ctx.url;
  try {
    const result = await work();
    return typeof result === "string" ? seeOther(`${pathname}?done=${result}`) : result;
  } catch (error) {
    if (!isProblem(error)) throw error;
    if (error.code === "step_up_required") {
      return seeOther(`/step-up?next=${encodeURIComponent(pathname)}`);
    }
    return refusalOf(error, ctx.state);
  }
}

/** A problem as faults of fields, or as a sentence. */
export function refusalOf(error: unknown, state: State): Refusal {
  if (!isProblem(error)) throw error;
  const errors = error.extra["errors"];
  const faults = Array.isArray(errors)
    ? errors.map(({ path, message }: { path: string; message: string }) => ({ id: path, message }))
    : [];
  if (faults.length > 0) return { text: null, faults };
  const { title, text } = explain(problemBody(error), readerOf(state));
  const own = error.code === "conflict" ? error.detail : text;
  return { text: `${title}. ${own}`, faults: [] };
}

/** Whether {@link attempt} was refused. */
export function isRefusal(result: Response | Refusal): result is Refusal {
  return !(result instanceof Response);
}

const TABS = [
  ["/settings", "tabAppearance"],
  ["/settings/profile", "tabProfile"],
  ["/settings/security", "tabSecurity"],
  ["/settings/devices", "tabDevices"],
  ["/settings/keys", "tabKeys"],
  ["/settings/notifications", "tabNotifications"],
  ["/settings/companion", "tabCompanion"],
  ["/settings/privacy", "tabPrivacy"],
  ["/settings/data", "tabData"],
  ["/settings/history", "tabHistory"],
] as const;

/** The groups of the settings as tabs. */
export function SettingsTabs({ path, locale }: { path: string; locale: string }) {
  const text = accountText(locale);
  return (
    <div class="groups">
      <Tabs
        label={text.tabs}
        items={TABS.map(([href, name]) => ({ href, label: text[name], current: href === path }))}
      />
    </div>
  );
}

/** Props of {@link SettingsFrame}. */
export interface SettingsFrameProps {
  state: State;
  url: URL;
  title: string;
  lead: string;
  data: SettingsData;
  children: ComponentChildren;
}

/** A page of the settings: title, groups, what was done or refused, content. */
export function SettingsFrame({ state, url, title, lead, data, children }: SettingsFrameProps) {
  const text: Record<string, string> = accountText(state.locale);
  const done = data.done && Object.hasOwn(text, data.done) ? text[data.done] : null;
  return (
    <Shell
      state={state}
      url={url}
      title={title}
      quota={data.quota}
      told={data.refusal?.text
        ? <Banner tone="red">{data.refusal.text}</Banner>
        : done
        ? <Banner tone="green">{done}</Banner>
        : null}
    >
      <PageHead title={title} lead={lead} />
      <SettingsTabs path={url.pathname} locale={state.locale} />
      {slot(children)}
    </Shell>
  );
}
