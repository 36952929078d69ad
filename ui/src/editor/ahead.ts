/** Keys that were pressed before the editor was there. */
export class TypedAhead {
  private typed = '';

  key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key.length === 1) this.typed += event.key;
    else if (event.key === 'Backspace') this.typed = this.typed.slice(0, -1);
    else return;
    event.preventDefault();
  }

  /** What was typed, once. */
  take(): string {
    const { typed } = this;
    this.typed = '';
    return typed;
  }
}
