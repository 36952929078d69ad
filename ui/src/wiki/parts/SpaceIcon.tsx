import type { ReactElement } from 'react';
import css from './parts.module.css';

const hues = ['#4a5bcf', '#0f7a6c', '#a8480f', '#8a3fa8', '#b0306a', '#2c6fb0', '#5e6b1d', '#6a5544'];

/** A space's emoji, or the first letter of its name on a colour that stays. */
export function SpaceIcon({ space, size = 20 }: { space: { key: string; name: string; icon?: string }; size?: number }): ReactElement {
  let hash = 0;
  for (const char of space.key) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  const box = { width: size, height: size, fontSize: Math.round(size * (space.icon ? 0.62 : 0.48)) };
  if (space.icon) {
    return (
      <span className={css['spaceIcon']} data-plain="true" style={box} aria-hidden="true">
        {space.icon}
      </span>
    );
  }
  return (
    <span className={css['spaceIcon']} style={{ ...box, background: hues[hash % hues.length] }} aria-hidden="true">
      {([...space.name.trim()][0] ?? '?').toLocaleUpperCase()}
    </span>
  );
}
