import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { systemClock } from "../../platform/clock.ts";
import { Button } from "../button.tsx";
import { createApi, ProblemError } from "../chat/api.ts";
import type { Notice, Page } from "../contract.ts";
import { explain } from "../explain.ts";
import { formatDateTime, formatWhen, type Reader } from "../format.ts";
import { commonText } from "../text/common.ts";
import { noticesText } from "../text/notices.ts";
import { Waiting } from "../waiting.tsx";

/** Props of {@link Panel}. */
export interface PanelProps {
  reader: Reader;
  /** Changes when there is something new to show. */
  version: number;
  /** How many wait to be read. */
  unread: number;
  onUnread: (unread: number) => void;
}

const SHOWN = 8;
const api = createApi({ fetch: (input, init) => fetch(input, init), clock: systemClock });

/** The latest notices, under the bell. */
export default function Panel({ reader, version, unread, onUnread }: PanelProps) {
  const text = noticesText(reader.locale);
  const items = useSignal<Notice[] | null>(null);
  const failed = useSignal<string | null>(null);
  const load = async () => {
    try {
      failed.value = null;
      items.value = (await api.get<Page<Notice>>(`/api/notifications?limit=${SHOWN}`)).items;
    } catch (error) {
      failed.value = error instanceof ProblemError
        ? explain(error.problem, reader).title
        : text.failed;
    }
  };
  useEffect(() => void load(), [version]);
  const readAll = async () => {
    const before = { items: items.value, unread };
    const now = new Date().toISOString();
    items.value = items.value?.map((one) => ({ ...one, readAt: one.readAt ?? now })) ?? null;
    onUnread(0);
    try {
      await api.post("/api/notifications/read-all");
    } catch {
      items.value = before.items;
      onUnread(before.unread);
      failed.value = text.failed;
    }
  };
  return (
    <>
      <div class="panel-head">
        <h2 class="title">{text.title}</h2>
        {unread > 0
          ? <Button size="sm" kind="ghost" onClick={readAll}>{text.readAll}</Button>
          : null}
      </div>
      {failed.value
        ? (
          <div class="panel-note" role="alert">
            <p>{failed.value}</p>
            <Button size="sm" onClick={load}>{text.retry}</Button>
          </div>
        )
        : null}
      {items.value === null
        ? failed.value ? null : (
          <div class="panel-note">
            <Waiting
              lines={[70, 50, 90, 50]}
              text={commonText(reader.locale).loadingLong}
              cancel={commonText(reader.locale).stopWaiting}
              onCancel={() => failed.value = text.failed}
            />
          </div>
        )
        : items.value.length === 0
        ? <p class="panel-note quiet">{text.emptyTitle}</p>
        : (
          <ul class="panel-list">
            {items.value.map((notice) => (
              <li key={notice.id}>
                <Entry notice={notice} reader={reader} />
              </li>
            ))}
          </ul>
        )}
      <a class="menu-item panel-foot" href="/notifications">{text.seeAll}</a>
    </>
  );
}

function Entry({ notice, reader }: { notice: Notice; reader: Reader }) {
  const text = noticesText(reader.locale);
  const read = () => {
    if (notice.readAt) return;
    // Goes on while the page is left.
    void fetch(`/api/notifications/${notice.id}/read`, { method: "POST", keepalive: true })
      .catch(() => {});
  };
  return (
    <a class="notice" href={notice.href} onClick={read}>
      <span class={`notice-dot${notice.readAt ? "" : " is-unread"}`} aria-hidden="true" />
      <span class="grow stack stack-4">
        <strong>{notice.title}</strong>
        <span class="small quiet clamp">{notice.text}</span>
        <time
          class="tiny quiet"
          dateTime={notice.createdAt}
          title={formatDateTime(notice.createdAt, reader)}
        >
          {formatWhen(notice.createdAt, reader, new Date())}
          {notice.readAt ? null : <span class="sr">, {text.isUnread}</span>}
        </time>
      </span>
    </a>
  );
}
