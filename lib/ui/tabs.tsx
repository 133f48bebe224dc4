import { Count } from "./chip.tsx";

/** One tab or segment: a link, so that the choice lives in the address. */
export interface TabItem {
  href: string;
  label: string;
  count?: string;
  current?: boolean;
}

/** Views of one page. Each is a link of its own. */
export function Tabs({ label, items }: { label: string; items: readonly TabItem[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {items.map((item) => (
        <a key={item.href} href={item.href} aria-current={item.current ? "page" : undefined}>
          {item.label}
          {item.count ? <Count>{item.count}</Count> : null}
        </a>
      ))}
    </nav>
  );
}

/** A choice of few, such as a period, as links side by side. */
export function Segments({ label, items }: { label: string; items: readonly TabItem[] }) {
  return (
    <div class="seg" role="group" aria-label={label}>
      {items.map((item) => (
        <a key={item.href} href={item.href} aria-current={item.current ? "true" : undefined}>
          {item.label}
        </a>
      ))}
    </div>
  );
}
