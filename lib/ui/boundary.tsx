import { Component, type ComponentChildren } from "preact";
import { slot } from "./slot.ts";

/** Props of {@link IslandBoundary}. */
export interface IslandBoundaryProps {
  /** What stands in the place of the part that failed. */
  fallback: ComponentChildren;
  /** Name of the part, for the report. */
  name: string;
  children: ComponentChildren;
}

/**
 * Keeps a fault of one part from taking the page with it: shows a card in its place and reports
 * the fault to the server, without any text of the user (UI-57).
 */
export class IslandBoundary extends Component<IslandBoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    this.setState({ failed: true });
    const message = error instanceof Error ? `${error.name}: ${error.message}` : "unknown";
    fetch("/api/client-errors", {
      method: "POST",
      keepalive: true,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ part: this.props.name, message: message.slice(0, 300) }),
    }).catch(() => {
      // A report that does not arrive must not become a second fault.
    });
  }

  override render() {
    return this.state.failed ? slot(this.props.fallback) : slot(this.props.children);
  }
}
