import type { Notice } from "../contract.ts";
import type { Reader } from "../format.ts";

/** Notices of one day of the reader's own calendar. */
export interface NoticeDay {
  /** Time of the first of them, as ISO text: it names the day. */
  day: string;
  when: "today" | "yesterday" | "earlier";
  items: Notice[];
}

/** Notices grouped by the days of the reader's zone, in the order they have. Pure. */
export function byDay(notices: readonly Notice[], reader: Reader, now: Date): NoticeDay[] {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: reader.timeZone });
  const dayOf = (at: Date) => format.format(at);
  const today = dayOf(now);
  const yesterday = dayOf(new Date(now.getTime() - 86_400_000));
  const days = new Map<string, NoticeDay>();
  for (const notice of notices) {
    const key = dayOf(new Date(notice.createdAt));
    const known = days.get(key);
    if (known) {
      known.items.push(notice);
      continue;
    }
    const when = key === today ? "today" : key === yesterday ? "yesterday" : "earlier";
    days.set(key, { day: notice.createdAt, when, items: [notice] });
  }
  return [...days.values()];
}
