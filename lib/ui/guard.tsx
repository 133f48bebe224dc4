import { Component, type ComponentChildren } from "preact";
import { slot } from "./slot.ts";

/** Props of {@link Guard}. */
export interface GuardProps {
  /** Name of the part, for the report. */
  name: string;
  /** What does without script what the part does with it. */
  fallback: ComponentChildren;
  children: ComponentChildren;
}

/**
 * The boundary of a part that is smaller than a card about its failing would be: what worked before
 * script ran takes its place, and the fault is reported (UI-57).
 */
export class Guard extends Component<GuardProps, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    this.setState({ failed: true });
    // Fetched when it is needed, so that small pages stay small.
    import("./report.ts").then(({ reportFailure }) => reportFailure(this.props.name, error))
      .catch(() => {});
  }

  override render() {
    return slot(this.state.failed ? this.props.fallback : this.props.children);
  }
}
