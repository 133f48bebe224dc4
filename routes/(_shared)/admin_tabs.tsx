import { Tabs } from "@/lib/ui/tabs.tsx";
import { adminText } from "@/lib/ui/text/admin.ts";

/** The pages of plans and payments for administrators. */
export function AdminTabs({ path, locale }: { path: string; locale: string }) {
  const text = adminText(locale);
  const items = [
    { href: "/admin/plans", label: text.plans },
    { href: "/admin/billing", label: text.events },
    { href: "/admin/reconcile", label: text.reconcile },
  ];
  return (
    <Tabs
      label={text.tabs}
      items={items.map((item) => ({ ...item, current: item.href === path }))}
    />
  );
}
