import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A module whose default export is a component. */
interface ComponentModule<P> {
  default: FunctionComponent<P>;
}

/**
 * A part of the page that is loaded when it is first wanted, so that it does not weigh on the
 * first load.
 *
 * @param wanted whether it is to be shown now.
 * @param load imports it; must be the same function on every call.
 * @returns the component, or null while it is not wanted or not there yet.
 */
export function useLazy<P>(
  wanted: boolean,
  load: () => Promise<ComponentModule<P>>,
): FunctionComponent<P> | null {
  const [part, setPart] = useState<{ view: FunctionComponent<P> } | null>(null);
  useEffect(() => {
    if (!wanted || part) return;
    let current = true;
    load().then(
      (module) => current && setPart({ view: module.default }),
      () => {
        // Offline or a new release: it is asked for again when it is wanted again.
      },
    );
    return () => current = false;
  }, [wanted]);
  return wanted ? part?.view ?? null : null;
}
