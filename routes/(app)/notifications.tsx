import { page } from "fresh";
import { define } from "@/utils.ts";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import type { Notice, Page, Quota } from "@/lib/ui/contract.ts";
import { formatDateTime, formatDay, formatTime, type Reader } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { Icon } from "@/lib/ui/icon.tsx";
import { EmptyState } from "@/lib/ui/notice.tsx";
import { byDay } from "@/lib/ui/notices/days.ts";
import { say } from "@/lib/ui/say.ts";
import { Segments } from "@/lib/ui/tabs.tsx";
import { noticesText } from "@/lib/ui/text/notices.ts";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { seeOther } from "../(_shared)/answers.ts";
import { fieldsOf } from "../(_shared)/settings_frame.tsx";
import { readerOf, Shell } from "../(_shared)/shell.tsx";

interface NotificationsData {
  quota: Quota;
  notices: Page<Notice>;
  unread: boolean;
  now: string;
}

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const query = ctx.url.searchParams;
    const unread = query.has("unread");
    const cursor = query.get("cursor") ?? undefined;
    const [quota, notices] = await Promise.all([
      services.usage.quota(session!.user.id),
      services.notices.list({ unread, cursor }),
    ]);
    return page<NotificationsData>({
      quota,
      notices,
      unread,
      now: services.clock.now().toISOString(),
    });
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const { notices } = ctx.state.services;
    const id = fields.get("id") ?? "";
    const act = fields.get("act");
    if (act === "read") await notices.read(id);
    else if (act === "remove") await notices.remove(id);
    else if (act === "read-all") await notices.readAll();
    return seeOther(`/notifications${ctx.url.search}`);
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = noticesText(state.locale);
  const reader = readerOf(state);
  const { items, nextCursor } = data.notices;
  return (
    <Shell state={state} url={url} title={text.title} quota={data.quota}>
      <PageHead
        title={text.title}
        lead={text.lead}
        actions={
          <div class="row">
            <Segments
              label={text.filter}
              items={[
                { href: "/notifications", label: text.all, current: !data.unread },
                { href: "/notifications?unread", label: text.unread, current: data.unread },
              ]}
            />
          </div>
        }
      />
      {items.length === 0
        ? (
          <EmptyState
            title={data.unread ? text.emptyUnread : text.emptyTitle}
            action={
              <LinkButton href={data.unread ? "/notifications" : "/settings/notifications"}>
                {data.unread ? text.all : text.preferences}
              </LinkButton>
            }
          >
            {data.unread ? text.emptyUnreadText : text.emptyText}
          </EmptyState>
        )
        : (
          <div class="stack stack-24">
            {items.some(({ readAt }) => readAt === null)
              ? (
                <PostForm action={`/notifications${url.search}`}>
                  <Button type="submit" size="sm" name="act" value="read-all" icon="check">
                    {text.readAll}
                  </Button>
                </PostForm>
              )
              : null}
            {byDay(items, reader, new Date(data.now)).map(({ day, when, items: told }) => (
              <section key={day} class="stack stack-8" aria-label={dayName(when, day, reader)}>
                <h2 class="group-title">{dayName(when, day, reader)}</h2>
                <ul class="card notices">
                  {told.map((notice) => (
                    <Entry key={notice.id} notice={notice} reader={reader} search={url.search} />
                  ))}
                </ul>
              </section>
            ))}
            {nextCursor
              ? (
                <p>
                  <LinkButton
                    href={`/notifications?${data.unread ? "unread&" : ""}cursor=${nextCursor}`}
                  >
                    {text.older}
                  </LinkButton>
                </p>
              )
              : null}
          </div>
        )}
      <p class="small">
        <a href="/settings/notifications">{text.preferences}</a>
      </p>
    </Shell>
  );
});

function dayName(when: "today" | "yesterday" | "earlier", iso: string, reader: Reader): string {
  const text = noticesText(reader.locale);
  return when === "earlier" ? formatDay(iso, reader) : text[when];
}

function Entry(
  { notice, reader, search }: { notice: Notice; reader: Reader; search: string },
) {
  const text = noticesText(reader.locale);
  const isNew = notice.readAt === null;
  return (
    <li class="notice">
      <span class={`notice-dot${isNew ? " is-unread" : ""}`} aria-hidden="true" />
      <div class="grow stack stack-4">
        <p class="row row-8">
          <a class="strong" href={notice.href}>{notice.title}</a>
          <Chip>{text[`topic_${notice.topic}`]}</Chip>
          {isNew ? <span class="sr">{text.isUnread}</span> : null}
        </p>
        <p class="small quiet">{notice.text}</p>
        <time
          class="tiny quiet"
          dateTime={notice.createdAt}
          title={formatDateTime(notice.createdAt, reader)}
        >
          {formatTime(notice.createdAt, reader)}
        </time>
      </div>
      <PostForm action={`/notifications${search}`} class="row nowrap row-4">
        <input type="hidden" name="id" value={notice.id} />
        {isNew
          ? (
            <button
              class="btn btn-ghost btn-icon btn-sm"
              type="submit"
              name="act"
              value="read"
              aria-label={text.read}
              title={text.read}
            >
              <Icon name="check" size={16} />
            </button>
          )
          : null}
        <button
          class="btn btn-ghost btn-icon btn-sm"
          type="submit"
          name="act"
          value="remove"
          aria-label={say(text.remove, { title: notice.title })}
          title={say(text.remove, { title: notice.title })}
        >
          <Icon name="trash" size={16} />
        </button>
      </PostForm>
    </li>
  );
}
