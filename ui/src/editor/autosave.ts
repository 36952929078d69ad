import type { AdfDoc } from '../api';

export interface AutosaveOptions {
  save: (value: AdfDoc | null) => Promise<void> | void;
  /** Milliseconds of rest before a save, and the longest wait while somebody goes on typing. */
  rest?: number | undefined;
  longest?: number | undefined;
}

/** Saves the latest value when the hand rests; never two at a time, and never an older one after a newer one. */
export class Autosave {
  private waiting: { value: AdfDoc | null } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private since = 0;
  private saving = false;

  constructor(private readonly options: () => AutosaveOptions | undefined) {}

  changed(value: AdfDoc | null): void {
    const { rest = 800, longest = 5_000 } = this.options() ?? {};
    const now = Date.now();
    if (!this.waiting) this.since = now;
    this.waiting = { value };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), Math.max(0, Math.min(rest, this.since + longest - now)));
  }

  /** Saves at once what was not saved yet. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    const options = this.options();
    if (this.saving || !this.waiting || !options) return;
    const { value } = this.waiting;
    this.waiting = null;
    this.saving = true;
    try {
      await options.save(value);
    } catch {
      // The caller shows it. What failed is saved with the next change, unless a newer text waits already.
      this.waiting ??= { value };
      return;
    } finally {
      this.saving = false;
    }
    if (this.waiting) await this.flush();
  }
}
