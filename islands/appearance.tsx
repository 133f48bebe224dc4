import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Guard } from "../lib/ui/guard.tsx";
import { lookAttributes, lookCookie, lookFromCookie, parseLook } from "../lib/ui/look.ts";

/** Props of {@link Appearance}. */
export interface AppearanceProps {
  /** The fields of the form, rendered by the server. */
  children: ComponentChildren;
  /** Id of the form, where the fields do not stand inside it. */
  formId?: string;
}

/** Shows a choice of look at once; the form around it stores it on the account. */
export default function Appearance(props: AppearanceProps) {
  return (
    <Guard name="appearance" fallback={<div class="stack stack-16">{props.children}</div>}>
      <Fields {...props} />
    </Guard>
  );
}

function Fields({ children, formId }: AppearanceProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const named = formId ? document.getElementById(formId) : null;
    const form = (named ?? ref.current?.closest("form")) as HTMLFormElement | null;
    const fields = named ? ref.current : form;
    if (!form || !fields) return;
    const apply = () => {
      // What the form does not ask stays as it is.
      const chosen = new URLSearchParams(Object.entries(lookFromCookie(document.cookie)));
      for (const [name, value] of new FormData(form)) {
        if (typeof value === "string") chosen.set(name, value);
      }
      const look = parseLook(chosen);
      for (const [name, value] of Object.entries(lookAttributes(look))) {
        if (value === undefined) document.documentElement.removeAttribute(name);
        else document.documentElement.setAttribute(name, value);
      }
      document.cookie = lookCookie(look);
      // Kept on the account at once; the form's button is for pages without script.
      fetch("/api/account/settings", {
        method: "PATCH",
        keepalive: true,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(look),
      }).catch(() => {});
    };
    fields.addEventListener("change", apply);
    return () => fields.removeEventListener("change", apply);
  }, []);
  return <div class="stack stack-16" ref={ref}>{children}</div>;
}
