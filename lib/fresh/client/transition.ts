// Changes that the browser animates.

interface Transition {
  ready?: Promise<void>;
  finished?: Promise<void>;
}

/** Changes the page, animated if it wants that and the browser can. */
export function change(isAnimated: boolean, update: () => void): Promise<void> {
  const { startViewTransition } = document as {
    startViewTransition?: (update: () => void) => Transition;
  };
  return new Promise((done, fail) => {
    const run = () => {
      try {
        done(update());
      } catch (error) {
        fail(error);
      }
    };
    if (!isAnimated || !startViewTransition) return run();
    const transition = startViewTransition.call(document, run);
    // An animation that the next one cuts short is no fault.
    transition.ready?.catch(() => {});
    transition.finished?.catch(() => {});
  });
}
