import { useId, useLayoutEffect } from 'react';
import { topLayer, useLayer, type IconName } from '../kit';

/**
 * One thing that can be done here. It appears in the palette and, if it has
 * keys, answers to them and is listed under "?".
 */
export interface Command {
  id: string;
  label: string;
  /** "j", "g i" (one after the other), "mod+k" (together). Several ways: "j|arrowdown". */
  keys?: string;
  group?: string;
  icon?: IconName;
  run: () => void;
  /** Answers to its keys but is not offered in the palette. */
  quiet?: boolean;
  disabled?: boolean;
}

interface Registration {
  layer: number;
  commands: readonly Command[];
}

const registrations = new Map<string, Registration>();

/** Offers commands for as long as the component is mounted. Later ones win over earlier ones. */
export function useCommands(commands: readonly Command[]): void {
  const id = useId();
  const layer = useLayer();
  // Before the page is painted: who sees it may press its keys.
  useLayoutEffect(() => {
    registrations.set(id, { layer, commands });
  });
  useLayoutEffect(
    () => () => {
      registrations.delete(id);
    },
    [id],
  );
}

/**
 * What is offered in a layer, nearest first, one for each id; also what cannot
 * be done at this moment.
 */
export function offeredCommands(layer: number): Command[] {
  const found = new Map<string, Command>();
  for (const registration of [...registrations.values()].reverse()) {
    if (registration.layer !== layer) continue;
    for (const command of registration.commands) {
      if (!found.has(command.id)) found.set(command.id, command);
    }
  }
  return [...found.values()];
}

/** What can be done in a layer now. */
export function activeCommands(layer: number = topLayer()): Command[] {
  return offeredCommands(layer).filter((command) => !command.disabled);
}
