import type { ComponentChildren } from "preact";
import { Head } from "fresh/runtime";
import type { State } from "@/utils.ts";
import type { Quota } from "@/lib/ui/contract.ts";
import { formatPercent, type Reader } from "@/lib/ui/format.ts";
import { AppShell, Footer, type NavItem, type Skip } from "@/lib/ui/frame.tsx";
import type { QuotaNow } from "@/lib/ui/quota_stat.tsx";
import { StandInBadge } from "@/lib/ui/chip.tsx";
import type { Command } from "@/lib/ui/palette/commands.ts";
import { slot } from "@/lib/ui/slot.ts";
import { commonText } from "@/lib/ui/text/common.ts";
import { noticesText } from "@/lib/ui/text/notices.ts";
import { welcomeText } from "@/lib/ui/text/welcome.ts";
import { paletteText } from "@/lib/ui/text/palette.ts";
import Bell from "@/islands/bell.tsx";
import PaletteKey from "@/islands/palette.tsx";
import Tip from "@/islands/tip.tsx";
import { AlertBanner } from "./alert_banner.tsx";

/** Who reads a page: the account's zone and language, else the visitor's language in UTC. */
export function readerOf(state: State): Reader {
  return { locale: state.locale, timeZone: state.session?.user.timeZone ?? "UTC" };
}

/** Today's share of the tokens, for the ring in the header (UI-95). */
export function quotaNow(quota: Quota, reader: Reader): QuotaNow {
  const percent = quota.resources.llm_tokens.percentage;
  const warning = quota.warnings.find((w) => w.resource === "llm_tokens");
  return {
    percent,
    percentText: percent === null ? "" : formatPercent(percent, reader),
    level: warning?.level ?? "ok",
  };
}

function navigation(locale: string, role: string): NavItem[] {
  const text = commonText(locale);
  const admin: NavItem[] = role === "admin"
    ? [{ href: "/admin/plans", label: text.admin, short: text.adminShort, icon: "shield" }]
    : [];
  return [
    { href: "/dashboard", label: text.homePage, icon: "home" },
    { href: "/chat", label: text.chat, icon: "chat" },
    { href: "/memory", label: text.memory, icon: "memory" },
    { href: "/usage", label: text.usage, short: text.usageShort, icon: "usage" },
    { href: "/settings", label: text.settings, icon: "settings" },
    ...admin,
  ];
}

/** What the command palette offers, by what a role may do (UI-41). */
function paletteCommands(locale: string, role: string): Command[] {
  const text = paletteText(locale);
  const go = (href: string, name: keyof typeof text, icon: Command["icon"], keys?: string) => ({
    id: href,
    label: text[name],
    icon,
    group: "goTo" as const,
    act: { kind: "go" as const, href },
    ...(keys ? { keys } : {}),
  });
  const theme = (name: "light" | "dark" | "contrast" | "system") => ({
    id: `theme-${name}`,
    label: text[name],
    icon: "sun" as const,
    group: "act" as const,
    act: { kind: "theme" as const, theme: name },
  });
  return [
    go("/chat?new=1", "newChat", "plus", "Ctrl Shift O"),
    go("/dashboard", "home", "home"),
    go("/chat", "chat", "chat"),
    go("/memory", "memory", "memory"),
    go("/notifications", "notifications", "bell"),
    go("/usage", "usage", "usage"),
    go("/billing", "billing", "usage"),
    go("/settings", "settings", "settings"),
    go("/settings/notifications", "notificationSettings", "bell"),
    go("/welcome", "tour", "help"),
    go("/help", "help", "help"),
    go("/status", "status", "info"),
    go("/constitution", "constitution", "shield"),
    ...(role === "admin" ? [go("/admin/plans", "admin", "shield")] : []),
    theme("light"),
    theme("dark"),
    theme("contrast"),
    theme("system"),
    {
      id: "sign-out",
      label: text.signOut,
      icon: "signout",
      group: "act",
      act: { kind: "sign-out" },
    },
  ];
}

/** The entry of the navigation that a page belongs to. */
function sectionOf(path: string): string {
  if (path.startsWith("/billing")) return "/usage";
  return path.startsWith("/admin") ? "/admin/plans" : path;
}

/** Props of {@link Shell}. */
export interface ShellProps {
  state: State;
  url: URL;
  /** Title of the page, without the product's name. */
  title: string;
  quota?: Quota | null;
  /** For screens that need the whole width and bring their own `main`. */
  mini?: boolean;
  skips?: Skip[];
  /** For pages that show plan or allowance: they are made anew when the plan changes. */
  followsPlan?: boolean;
  /**
   * What came of the person's act of a moment ago. It answers them, so it stands in the place of
   * what the account has to tell: one banner at a time (UI-49).
   */
  told?: ComponentChildren;
  children: ComponentChildren;
}

/** Allowance and notifications of whoever is signed in (UI-44, UI-95). */
function ShellBell({ state, quota, ringOnly, followsPlan }: {
  state: State;
  quota: QuotaNow | null;
  ringOnly: boolean;
  followsPlan: boolean;
}) {
  const text = noticesText(state.locale);
  const { unread, sound, quiet } = state.situation;
  const names = state.services.plans.cards().map(({ plan, name }) => [plan, name]);
  return (
    <Bell
      userId={state.session!.user.id}
      quota={quota}
      ringOnly={ringOnly}
      unread={unread}
      reader={readerOf(state)}
      plan={state.session!.user.effectivePlan}
      planNames={Object.fromEntries(names)}
      followsPlan={followsPlan}
      sound={sound}
      quiet={quiet}
      words={{ bell: text.bell, open: text.open, planNow: text.planNow, reload: text.reload }}
    />
  );
}

/** Controls that a tip may stand next to, most specific first; each is told once (UI-36). */
const TIP_ANCHORS = [
  ["receipt", ".talk .log button.link"],
  ["pin", "[popovertarget='talk-menu']"],
  ["search", ".content input[name='q']"],
  ["temporary", ".compose [aria-pressed]"],
  ["palette", "[aria-keyshortcuts='Control+K Meta+K']"],
] as const;

function ShellTip({ state }: { state: State }) {
  const text: Record<string, string> = welcomeText(state.locale);
  const tips = TIP_ANCHORS.filter(([name]) => state.situation.tips.includes(name))
    .map(([name, anchor]) => ({ name, anchor, text: text[`tip_${name}`]! }));
  return tips.length > 0 ? <Tip tips={tips} label={text.tip!} done={text.tipDone!} /> : null;
}

/** A page of somebody who is signed in. */
export function Shell(props: ShellProps) {
  const { state, url, title, quota, mini, skips, followsPlan, told, children } = props;
  const text = commonText(state.locale);
  const reader = readerOf(state);
  const standIn = state.services.status.standIns().find((s) => s.component === "model");
  return (
    <>
      <Head>
        <title>{`${title} · ${text.product}`}</title>
      </Head>
      <AppShell
        nav={navigation(state.locale, state.session!.user.role)}
        path={sectionOf(url.pathname)}
        user={state.session!.user}
        quota={quota ? quotaNow(quota, reader) : null}
        mini={mini}
        skips={skips}
        locale={state.locale}
        palette={
          <PaletteKey
            commands={paletteCommands(state.locale, state.session!.user.role)}
            locale={state.locale}
            label={paletteText(state.locale).title}
          />
        }
        bell={
          <ShellBell
            state={state}
            quota={quota ? quotaNow(quota, reader) : null}
            ringOnly={Boolean(mini)}
            followsPlan={Boolean(followsPlan)}
          />
        }
        topEnd={standIn ? <StandInBadge href="/status" compact locale={state.locale} /> : null}
      >
        {mini ? children : (
          <main class="content" id="main" tabIndex={-1}>
            {told ? slot(told) : <AlertBanner state={state} url={url} quota={quota ?? null} />}
            {slot(children)}
            <Footer
              links={[
                { href: "/help", label: text.help },
                { href: "/status", label: text.status },
                { href: "/accessibility", label: text.accessibility },
                { href: "/constitution", label: text.constitution },
                { href: "/pricing", label: text.pricing },
              ]}
            />
          </main>
        )}
      </AppShell>
      {url.pathname === "/welcome" ? null : <ShellTip state={state} />}
    </>
  );
}
