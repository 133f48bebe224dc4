import { Component, type ComponentChildren } from "preact";
import { Button } from "./button.tsx";
import { ErrorCard } from "./notice.tsx";
import { reportFailure } from "./report.ts";
import { slot } from "./slot.ts";
import { commonText } from "./text/common.ts";

/** Props of {@link IslandBoundary}. */
export interface IslandBoundaryProps {
  /** What stands in the place of the part that failed; by default a card with a way to retry. */
  fallback?: ComponentChildren;
  locale?: string;
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
    reportFailure(this.props.name, error);
  }

  override render() {
    if (!this.state.failed) return slot(this.props.children);
    const { fallback, locale } = this.props;
    if (fallback !== undefined) return slot(fallback);
    const text = commonText(locale);
    return (
      <ErrorCard
        title={text.partFailed}
        locale={locale}
        actions={
          <>
            <Button kind="primary" onClick={() => this.setState({ failed: false })}>
              {text.retry}
            </Button>
            <Button onClick={() => location.reload()}>{text.reloadPage}</Button>
          </>
        }
      >
        {text.partFailedText}
      </ErrorCard>
    );
  }
}
