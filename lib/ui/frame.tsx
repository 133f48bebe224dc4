import type { ComponentChildren } from "preact";
import { LinkButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Brand } from "./logo.tsx";
import { Menu, MenuItem } from "./overlay.tsx";
import { PostForm } from "./post_form.tsx";
import { type QuotaNow, QuotaStat } from "./quota_stat.tsx";
import { say } from "./say.ts";
import { commonText } from "./text/common.ts";
import { slot } from "./slot.ts";

/** A link that skips to a part of the page; shown when focused. */
export interface Skip {
  href: `#${string}`;
  label: string;
}

/** Links for the keyboard, first on every page. */
export function SkipLinks({ links }: { links: readonly Skip[] }) {
  return (
    <>
      {links.map((link) => <a key={link.href} class="skip" href={link.href}>{link.label}</a>)}
    </>
  );
}

/** An entry of the main navigation. */
export interface NavItem {
  href: string;
  label: string;
  /** Label of the bottom bar; default: `label`. */
  short?: string;
  icon: IconName;
}

/** Props of {@link AppShell}. */
export interface AppShellProps {
  nav: readonly NavItem[];
  /** Path of the page; the entry it belongs to is marked. */
  path: string;
  user: { displayName: string; email: string };
  quota?: QuotaNow | null;
  /** Rail of icons alone and no top bar, for screens that need the width. */
  mini?: boolean;
  /** Start of the top bar, for example where one is. */
  topStart?: ComponentChildren;
  /** Before quota and account in the top bar. */
  topEnd?: ComponentChildren;
  /** Allowance and notifications, in place of the plain allowance. */
  bell?: ComponentChildren;
  /** Opens the command palette. */
  palette?: ComponentChildren;
  /** Further skip links. */
  skips?: readonly Skip[];
  locale?: string;
  children: ComponentChildren;
}

/** The frame of signed-in pages: skip links, rail, top bar, content, bottom bar on phones. */
export function AppShell(props: AppShellProps) {
  const { nav, path, user, quota, mini, topStart, topEnd, palette, bell, locale, children } = props;
  const text = commonText(locale);
  const skips: Skip[] = [
    { href: "#main", label: text.skipToContent },
    { href: "#nav", label: text.skipToNavigation },
    ...(props.skips ?? []),
  ];
  return (
    <>
      <SkipLinks links={skips} />
      <div class={`shell${mini ? " mini" : ""}`}>
        <header class="rail">
          <Brand href="/chat" label={text.home} />
          <nav id="nav" aria-label={text.mainNavigation} tabIndex={-1}>
            <ul class="nav">
              {nav.map((item) => (
                <li key={item.href}>
                  <a href={item.href} title={item.label} aria-current={current(item.href, path)}>
                    <Icon name={item.icon} />
                    <span>{item.label}</span>
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          {mini
            ? (
              <div class="rail-foot">
                {slot(palette)}
                {slot(bell) ?? <QuotaStat quota={quota} locale={locale} ringOnly />}
                <AccountMenu id="account-rail" user={user} locale={locale} />
              </div>
            )
            : null}
        </header>
        {mini ? slot(children) : (
          <div>
            <section class="topbar" aria-label={text.topbar}>
              <Brand href="/chat" label={text.home} markOnly />
              {slot(topStart)}
              <span class="end" />
              {slot(topEnd)}
              {slot(palette)}
              {slot(bell) ?? <QuotaStat quota={quota} locale={locale} />}
              <AccountMenu id="account" user={user} locale={locale} />
            </section>
            {slot(children)}
          </div>
        )}
      </div>
      <nav class="tabbar" aria-label={text.shortNavigation}>
        {nav.map((item) => (
          <a key={item.href} href={item.href} aria-current={current(item.href, path)}>
            <Icon name={item.icon} />
            {item.short ?? item.label}
          </a>
        ))}
      </nav>
    </>
  );
}

function current(href: string, path: string): "page" | undefined {
  return path === href || path.startsWith(`${href}/`) ? "page" : undefined;
}

/** Props of {@link AccountMenu}. */
export interface AccountMenuProps {
  id: string;
  user: { displayName: string; email: string };
  locale?: string;
}

/** The round button with the user's initial, and what belongs to the account. */
export function AccountMenu({ id, user, locale }: AccountMenuProps) {
  const text = commonText(locale);
  const initial = [...user.displayName.trim()][0]?.toUpperCase() ?? "?";
  return (
    <>
      <button
        class="btn btn-ghost btn-icon"
        type="button"
        popovertarget={id}
        aria-label={say(text.accountOf, { name: user.displayName })}
      >
        <span class="avatar" aria-hidden="true">{initial}</span>
      </button>
      <Menu id={id} label={text.account}>
        <p class="menu-head">
          <strong class="cut">{user.displayName}</strong>
          <span class="quiet cut">{user.email}</span>
        </p>
        <hr />
        <MenuItem icon="settings" href="/settings">{text.settings}</MenuItem>
        <MenuItem icon="usage" href="/usage">{text.usage}</MenuItem>
        <MenuItem icon="key" href="/billing">{text.planAndPayments}</MenuItem>
        <MenuItem icon="help" href="/help">{text.help}</MenuItem>
        <hr />
        <PostForm action="/settings/sign-out">
          <MenuItem icon="signout" type="submit">{text.signOut}</MenuItem>
        </PostForm>
      </Menu>
    </>
  );
}

/** A plain link of a header or footer. */
export interface PlainLink {
  href: string;
  label: string;
}

/** Props of {@link PublicHeader}. */
export interface PublicHeaderProps {
  links?: readonly PlainLink[];
  /** The one act of the page. */
  action?: PlainLink;
  /** Whether the reader is signed in: then the way leads home and not to the sign-in. */
  signedIn?: boolean;
  locale?: string;
}

/** Where a public page leads its reader to. */
export function entryLink(signedIn: boolean, locale?: string): PlainLink {
  const text = commonText(locale);
  return signedIn
    ? { href: "/dashboard", label: text.homePage }
    : { href: "/login", label: text.signIn };
}

/** Head of pages that everybody may read. */
export function PublicHeader(
  { links = [], action, signedIn = false, locale }: PublicHeaderProps,
) {
  const text = commonText(locale);
  const entry = entryLink(signedIn, locale);
  return (
    <header class="site">
      <Brand href="/" label={text.home} flush />
      {links.length > 0
        ? (
          <nav aria-label={text.mainNavigation}>
            {links.map((link) => <a key={link.href} href={link.href}>{link.label}</a>)}
          </nav>
        )
        : null}
      <div class="row end nowrap row-16">
        <a class="hide-small" href={entry.href}>{entry.label}</a>
        {action ? <LinkButton kind="primary" href={action.href}>{action.label}</LinkButton> : null}
      </div>
    </header>
  );
}

/** Links at the foot of a page. */
export function Footer({ links, plain }: { links: readonly PlainLink[]; plain?: boolean }) {
  return (
    <footer class={`foot${plain ? " foot-plain" : ""}`}>
      {links.map((link) => <a key={link.href} href={link.href}>{link.label}</a>)}
    </footer>
  );
}

/** Props of {@link PageHead}. */
export interface PageHeadProps {
  title: string;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
}

/** The one `h1` of a page, what it is in a sentence, and its acts. */
export function PageHead({ title, lead, actions }: PageHeadProps) {
  return (
    <div class="page-head">
      <div>
        <h1>{title}</h1>
        {lead ? <p>{slot(lead)}</p> : null}
      </div>
      {slot(actions)}
    </div>
  );
}
