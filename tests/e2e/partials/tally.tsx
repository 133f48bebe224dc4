import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

/** Counts clicks; what it counted is lost when it is mounted anew. */
export function Tally({ id, label }: { id: string; label?: string }) {
  const count = useSignal(0);
  const isReady = useSignal(false);
  useEffect(() => {
    isReady.value = true;
  }, []);
  return (
    <button
      type="button"
      id={id}
      data-ready={isReady.value ? "yes" : "no"}
      onClick={() => count.value++}
    >
      {label}
      {count}
    </button>
  );
}

/** Shows what it is given when it is opened. */
export function Drawer(
  { children, total }: { children?: ComponentChildren; total: Signal<number> },
) {
  const isOpen = useSignal(false);
  return (
    <section>
      <button type="button" id="drawer" onClick={() => (isOpen.value = true)}>open {total}</button>
      {isOpen.value ? <div id="inside">{children}</div> : null}
    </section>
  );
}
