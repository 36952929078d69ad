import type { ReactElement } from 'react';
import css from './ProjectTile.module.css';

/** A project wears the first letters of its key on a quiet tile. */
export function ProjectTile({ projectKey, size = 18 }: { projectKey: string; size?: number }): ReactElement {
  const hue = [...projectKey].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0) * 47, 0) % 360;
  return (
    <span
      className={css['tile']}
      style={{ width: size, height: size, fontSize: Math.round(size * 0.5), background: `hsl(${hue} 42% 40%)` }}
      aria-hidden="true"
    >
      {projectKey.slice(0, size > 24 ? 2 : 1)}
    </span>
  );
}
