import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { lookAttributes, lookCookie, parseLook } from "../lib/ui/look.ts";

/** Props of {@link Appearance}. */
export interface AppearanceProps {
  /** The fields of the form, rendered by the server. */
  children: ComponentChildren;
}

/** Shows a choice of look at once; the form around it stores it on the account. */
export default function Appearance({ children }: AppearanceProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const form = ref.current?.closest("form");
    if (!form) return;
    const apply = () => {
      const fields = new URLSearchParams();
      for (const [name, value] of new FormData(form)) {
        if (typeof value === "string") fields.set(name, value);
      }
      const look = parseLook(fields);
      for (const [name, value] of Object.entries(lookAttributes(look))) {
        if (value === undefined) document.documentElement.removeAttribute(name);
        else document.documentElement.setAttribute(name, value);
      }
      document.cookie = lookCookie(look);
    };
    form.addEventListener("change", apply);
    return () => form.removeEventListener("change", apply);
  }, []);
  return <div class="stack stack-16" ref={ref}>{children}</div>;
}
