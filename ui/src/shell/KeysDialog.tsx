import { useState, type ReactElement } from 'react';
import { Dialog, Kbd } from '../kit';
import { offeredCommands, type Command } from './commands';
import css from './KeysDialog.module.css';
import { closeOverlay } from './overlays';

/** The keys that work on the page behind, in groups. */
export function KeysDialog(): ReactElement {
  const [groups] = useState(() => {
    const found = new Map<string, Command[]>();
    for (const command of offeredCommands(0)) {
      if (!command.keys) continue;
      const group = command.group ?? 'This page';
      found.set(group, [...(found.get(group) ?? []), command]);
    }
    return [...found];
  });
  return (
    <Dialog title="Keyboard shortcuts" onClose={closeOverlay} width={720}>
      <div className={css['groups']} tabIndex={-1} data-autofocus>
        {groups.map(([group, commands]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands.map((command) => (
                <div key={command.id} className={css['line']}>
                  <dt>{command.label}</dt>
                  <dd>
                    {command.keys?.split('|').map((way, i) => (
                      <span key={way} className={css['way']}>
                        {i > 0 && <span className={css['or']}>or</span>}
                        <Kbd keys={way} />
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
