import type { ComponentChildren } from "preact";
import type { State } from "@/utils.ts";
import { type Alert, type AlertKind, topAlert } from "@/lib/ui/alert.ts";
import { LinkButton } from "@/lib/ui/button.tsx";
import type { Quota } from "@/lib/ui/contract.ts";
import {
  formatDay,
  formatPercent,
  formatRelative,
  formatTime,
  type Reader,
} from "@/lib/ui/format.ts";
import { Banner, type NoticeTone } from "@/lib/ui/notice.tsx";
import { say } from "@/lib/ui/say.ts";
import { alertsText } from "@/lib/ui/text/alerts.ts";
import { VerifyBanner } from "./verify_banner.tsx";

const DAY_MS = 86_400_000;

/** What a page knows when it chooses what to tell. */
export interface AlertBannerProps {
  state: State;
  url: URL;
  quota: Quota | null;
}

/** The one thing to tell above the content of a page; null when all is well. */
export function alertOf({ state, url, quota }: AlertBannerProps): Alert | null {
  const { services, center, session, situation } = state;
  const alert = topAlert({
    standing: center.standing(),
    subscription: situation.subscription,
    effectivePlan: session!.user.effectivePlan,
    trialEndsAt: session!.user.trialEndsAt,
    emailVerified: session!.user.emailVerified,
    verifyHidden: state.hideVerify,
    modelAway: situation.modelAway,
    quota,
    now: services.clock.now(),
  });
  return alert && saidByPage(alert.kind, url.pathname) ? null : alert;
}

/** Pages that say the same at length themselves. */
function saidByPage(kind: AlertKind, path: string): boolean {
  if (kind === "suspended" || kind === "closing") return path === "/settings/data";
  return kind.startsWith("payment") && path === "/billing";
}

/** The most urgent thing, in words and with what can be done about it (UI-49). */
export function AlertBanner(props: AlertBannerProps) {
  const alert = alertOf(props);
  return alert ? <AlertWords alert={alert} {...props} /> : null;
}

/** One alert in words. */
export function AlertWords({ alert, state, url, quota }: AlertBannerProps & { alert: Alert }) {
  if (alert.kind === "verify") return <VerifyBanner state={state} url={url} />;
  const words = wordsOf(alert, { state, quota });
  return (
    <Banner
      tone={words.tone}
      lead={words.lead}
      label={alertsText(state.locale).label}
      action={<LinkButton size="sm" href={words.href}>{words.act}</LinkButton>}
    >
      {words.text}
    </Banner>
  );
}

interface AlertText {
  tone: NoticeTone;
  lead: string;
  text: ComponentChildren;
  act: string;
  href: string;
}

function wordsOf(
  alert: Alert,
  { state, quota }: { state: State; quota: Quota | null },
): AlertText {
  const text = alertsText(state.locale);
  const reader: Reader = { locale: state.locale, timeZone: state.session!.user.timeZone };
  const now = state.services.clock.now();
  const { planUntil } = state.situation.subscription;
  const { trialEndsAt, effectivePlan } = state.session!.user;
  const memory = alert.resource === "memory_storage";
  const time = quota ? formatTime(quota.resetsAt, reader) : "";
  switch (alert.kind) {
    case "suspended":
      return {
        tone: "red",
        lead: text.suspended,
        text: text.suspendedText,
        act: text.suspendedAct,
        href: "/settings/data",
      };
    case "closing":
      return {
        tone: "amber",
        lead: text.closing,
        text: text.closingText,
        act: text.closingAct,
        href: "/settings/data",
      };
    case "payment_paused":
      return {
        tone: "red",
        lead: text.paused,
        text: text.pausedText,
        act: text.payAct,
        href: "/billing",
      };
    case "payment_failed":
      return {
        tone: "amber",
        lead: text.failed,
        text: say(text.failedText, {
          until: planUntil ? formatDay(planUntil, reader) : "",
          days: planUntil
            ? Math.max(0, Math.ceil((Date.parse(planUntil) - now.getTime()) / DAY_MS))
            : 0,
        }, reader.locale),
        act: text.payAct,
        href: "/billing",
      };
    case "model_away":
      return {
        tone: "red",
        lead: text.model,
        text: text.modelText,
        act: text.modelAct,
        href: "/status",
      };
    case "quota_full":
      return {
        tone: "red",
        lead: memory ? text.fullMemory : text.full,
        text: memory ? text.fullMemoryText : say(text.fullText, { time }),
        act: text.plansAct,
        href: "/billing",
      };
    case "quota_strong":
      return {
        tone: "amber",
        lead: alert.percentage === undefined
          ? text.strongLive
          : say(text.strong, { percent: formatPercent(alert.percentage, reader) }),
        text: memory ? text.strongMemoryText : say(text.strongText, { time }),
        act: memory ? text.memoryAct : text.plansAct,
        href: memory ? "/memory" : "/billing",
      };
    default: {
      const ended = effectivePlan === "expired";
      const wasTrial = state.situation.subscription.status === "none";
      return {
        tone: ended ? "amber" : "info",
        lead: ended ? wasTrial ? text.ended : text.over : say(text.trial, {
          when: trialEndsAt ? formatRelative(trialEndsAt, reader, now) : "",
        }),
        text: ended ? text.endedText : text.trialText,
        act: text.plansAct,
        href: "/billing",
      };
    }
  }
}
