import type { ReactElement, ReactNode, Ref } from 'react';
import { Tooltip } from '../kit';
import css from './Editor.module.css';
import { Glyph, type GlyphName } from './glyphs';

interface ToolProps {
  glyph?: GlyphName;
  label: string;
  keys?: string;
  pressed?: boolean;
  disabled?: boolean;
  onPress: () => void;
  children?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

/** One tool of the editor. Pressing it leaves the cursor where it is. */
export function Tool({ glyph, label, keys, pressed, disabled, onPress, children, ref }: ToolProps): ReactElement {
  return (
    <Tooltip label={label} keys={keys} position="top">
      <button
        ref={ref}
        type="button"
        className={css['tool']}
        aria-label={label}
        aria-pressed={pressed}
        disabled={disabled}
        onMouseDown={(event) => event.preventDefault()}
        onClick={onPress}
      >
        {glyph && <Glyph name={glyph} />}
        {children}
      </button>
    </Tooltip>
  );
}

