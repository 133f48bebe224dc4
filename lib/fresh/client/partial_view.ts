// A partial in the browser: it keeps what it shows until new content comes for it.
import { Component, type ComponentChildren, Fragment, h, options, type VNode } from "preact";

/** What new content does to the old. */
export type Mode = "replace" | "prepend" | "append";

interface Props {
  name: string;
  mode: Mode;
  content: ComponentChildren[];
}

/** The partials on the page, by name. */
export const shown = new Map<string, PartialView>();

let count = 0;

/** Shows the content of a partial, and all that was appended and prepended to it. */
class PartialView extends Component<Props> {
  #given: ComponentChildren[] | null = null;
  /** Each addition has a key of its own, so that none disturbs the others. */
  #batches: VNode[] = [];

  override componentDidMount(): void {
    shown.set(this.props.name, this);
  }

  override componentWillUnmount(): void {
    if (shown.get(this.props.name) === this) shown.delete(this.props.name);
  }

  #take(mode: Mode, content: ComponentChildren[]): void {
    const first = this.#batches[0];
    const isNew = mode !== "replace" || first === undefined;
    const batch = h(Fragment, { key: isNew ? count++ : first.key }, content);
    if (mode === "append") this.#batches = [...this.#batches, batch];
    else if (mode === "prepend") this.#batches = [batch, ...this.#batches];
    else this.#batches = [batch];
  }

  /** Takes content and shows it before it returns. */
  update(mode: Mode, content: ComponentChildren[]): void {
    this.#take(mode, content);
    const outer = options.debounceRendering;
    options.debounceRendering = (run) => run();
    try {
      this.forceUpdate();
    } finally {
      options.debounceRendering = outer;
    }
  }

  // A partial inside another one gets its content with that of the outer one.
  override render({ mode, content }: Props): VNode {
    if (content !== this.#given) {
      this.#given = content;
      this.#take(mode, content);
    }
    return h(Fragment, null, this.#batches);
  }
}

/** The vnode of a partial or of something with a key, from the fields of its marker. */
export function markedVNode(
  [kind, name, mode, key]: string[],
  content: ComponentChildren[],
): VNode {
  if (kind === "key") return h(Fragment, { key: name }, content);
  return h(PartialView, {
    key: `${name}:${key}`,
    name: name!,
    mode: mode as Mode,
    content,
  }) as VNode;
}
