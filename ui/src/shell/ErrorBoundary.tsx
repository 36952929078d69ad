import { Component, type ReactElement, type ReactNode } from 'react';
import { errorMessage } from '../api';
import { ErrorState } from '../kit';

interface Props {
  /** Changing it gives the children another chance, e.g. the path of the page. */
  resetKey: string;
  children: ReactNode;
  /** Told instead of showing the error in place of the children, which then show nothing. */
  onError?: (message: string) => void;
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

  override componentDidCatch(error: unknown): void {
    this.props.onError?.(isStaleBuild(error) ? 'Its code could not be fetched. Reload the page when you are online.' : errorMessage(error));
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    if (this.props.onError) return null;
    return <PageError error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}

/** A missing chunk means that a new build was installed since the page was loaded. */
function isStaleBuild(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|Unable to preload|Importing a module script failed|error loading/i.test(error.message);
}

export function PageError({ error, onRetry }: { error: unknown; onRetry: () => void }): ReactElement {
  if (isStaleBuild(error) && !navigator.onLine) {
    return <ErrorState what="load this page" error={new Error('You are offline, and this page was not opened before. It can be loaded when you are online again.')} onRetry={() => location.reload()} />;
  }
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
