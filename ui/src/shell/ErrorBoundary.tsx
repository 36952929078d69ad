import { Component, type ReactElement, type ReactNode } from 'react';
import { ErrorState } from '../kit';

interface Props {
  /** Changing it gives the children another chance, e.g. the path of the page. */
  resetKey: string;
  children: ReactNode;
}

/** Keeps the shell standing when a page breaks. */
export class ErrorBoundary extends Component<Props, { error: unknown; at: string }> {
  override state = { error: null as unknown, at: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error: error ?? new Error('Something went wrong.') };
  }

  static getDerivedStateFromProps(props: Props, state: { error: unknown; at: string }) {
    return props.resetKey === state.at ? null : { error: null, at: props.resetKey };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <PageError error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}

/** A missing chunk means that a new build was installed since the page was loaded. */
function isStaleBuild(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|Importing a module script failed|error loading/i.test(error.message);
}

export function PageError({ error, onRetry }: { error: unknown; onRetry: () => void }): ReactElement {
  if (isStaleBuild(error)) {
    return (
      <ErrorState
        what="load this page"
        error={new Error('A new version of Holdfast was installed, or the connection broke. Reload the page to go on.')}
        onRetry={() => location.reload()}
      />
    );
  }
  return <ErrorState what="show this page" error={error} onRetry={onRetry} />;
}
