import { attachInstruction, extractInstruction } from '@atlaskit/pragmatic-drag-and-drop-hitbox/list-item';
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { Icon, IconButton, Menu } from '../../kit';
import { InlineText } from '../parts/InlineText';
import { StatusDot, StatusText } from '../parts/Mark';
import { count, statusWords } from '../say';
import { componentStatuses, type Component, type ComponentStatus } from '../wire';
import css from './Components.module.css';
import type { Move, Step } from './model';
import { UptimeBars } from './UptimeBars';

interface RowProps {
  component: Component;
  group: Component | null;
  open: boolean;
  onToggle: () => void;
  onRename: (name: string) => void;
  onStatus: (status: ComponentStatus) => void;
  onShow: (patch: Partial<Pick<Component, 'showcase' | 'onlyShowIfDegraded'>>) => void;
  onStep: (way: Step) => void;
  onEdit: () => void;
  onDelete: () => void;
}

const positions: Readonly<Record<string, Move['position']>> = { 'reorder-before': 'before', 'reorder-after': 'after', combine: 'into' };
const steps: Readonly<Record<string, Step>> = { ArrowUp: 'up', ArrowDown: 'down', ArrowRight: 'in', ArrowLeft: 'out' };

/** A component or a group of them, as one line. */
export function Row({ component, group, open, onToggle, onRename, onStatus, onShow, onStep, onEdit, onDelete }: RowProps): ReactElement {
  const element = useRef<HTMLLIElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  const [over, setOver] = useState<Move['position'] | null>(null);
  const [dragging, setDragging] = useState(false);
  const inGroup = group !== null;
  const { id, name, group: isGroup } = component;

  useEffect(() => {
    const dom = element.current;
    if (!dom || !handle.current) return undefined;
    const leave = () => setOver(null);
    return combine(
      draggable({
        element: dom,
        dragHandle: handle.current,
        getInitialData: () => ({ kind: 'status-component', id, isGroup }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element: dom,
        canDrop: ({ source }) => source.data['kind'] === 'status-component' && source.data['id'] !== id && !(source.data['isGroup'] === true && inGroup),
        getData: ({ input, source }) => {
          const data = attachInstruction({}, {
            element: dom,
            input,
            operations: {
              'reorder-before': 'available',
              'reorder-after': isGroup && open && source.data['isGroup'] !== true ? 'not-available' : 'available',
              combine: isGroup && source.data['isGroup'] !== true ? 'available' : 'not-available',
            },
          });
          return { id, position: positions[extractInstruction(data)?.operation ?? ''] };
        },
        onDrag: ({ self }) => setOver((self.data['position'] as Move['position'] | undefined) ?? null),
        onDragLeave: leave,
        onDrop: leave,
      }),
    );
  }, [id, isGroup, inGroup, open]);

  const keyDown = (event: KeyboardEvent) => {
    const way = steps[event.key];
    if (!way || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    onStep(way);
  };
  const marks = [!isGroup && !component.showcase && 'no uptime shown', !isGroup && component.onlyShowIfDegraded && 'shown only in trouble'].filter((each): each is string => typeof each === 'string');
  return (
    <li ref={element} className={css['row']} data-component={id} data-group={isGroup || undefined} data-inside={inGroup || undefined} data-over={over ?? undefined} data-dragging={dragging || undefined}>
      <button ref={handle} type="button" data-part="handle" data-own-keys="true" className={css['handle']} aria-label={`Move ${name}`} aria-description="Arrow keys move it" title="Drag, or use the arrow keys" onKeyDown={keyDown}>
        <Icon name="drag" />
      </button>
      {isGroup && (
        <button type="button" className={css['twist']} data-open={open} aria-expanded={open} aria-label={`Components in ${name}`} onClick={onToggle}>
          <Icon name="chevronRight" size={12} />
        </button>
      )}
      <div className={css['name']}>
        <InlineText label={`Name of ${name}`} value={name} onSave={onRename} />
        {(component.description !== '' || marks.length > 0) && <span className={css['quiet']}>{[component.description, ...marks].filter(Boolean).join(' · ')}</span>}
      </div>
      <div className={css['uptime']}>{isGroup ? <span className={css['quiet']}>{count((component.members ?? []).length, 'component')}</span> : <UptimeBars component={component} />}</div>
      <span className={css['percent']}>{component.uptime ? (component.uptime.percent === '' ? '–' : `${component.uptime.percent} %`) : ''}</span>
      <div className={css['state']}>
        {isGroup ? (
          <span className={css['value']} title="The worst of its components">
            <StatusText status={component.status} />
          </span>
        ) : (
          <Menu
            position="bottom-start"
            trigger={
              <button type="button" className={css['value']} aria-label={`State of ${name}: ${statusWords[component.status]}. Change`}>
                <StatusDot status={component.status} />
                <span className={css['word']}>{statusWords[component.status]}</span>
                <Icon name="chevronDown" size={12} />
              </button>
            }
            items={componentStatuses.map((status) => ({ label: statusWords[status], checked: status === component.status, onSelect: () => status !== component.status && onStatus(status) }))}
          />
        )}
      </div>
      <Menu
        trigger={<IconButton icon="more" size="s" label={`Actions for ${name}`} />}
        items={[
          { label: 'Details…', icon: 'edit', onSelect: onEdit },
          ...(isGroup
            ? []
            : ([
                'divider',
                { label: 'Show its uptime', checked: component.showcase, onSelect: () => onShow({ showcase: !component.showcase }) },
                { label: 'Show only in trouble', checked: component.onlyShowIfDegraded, onSelect: () => onShow({ onlyShowIfDegraded: !component.onlyShowIfDegraded }) },
              ] as const)),
          'divider',
          { label: 'Move up', icon: 'arrowUp', onSelect: () => onStep('up') },
          { label: 'Move down', icon: 'arrowDown', onSelect: () => onStep('down') },
          'divider',
          { label: 'Remove…', icon: 'trash', danger: true, onSelect: onDelete },
        ]}
      />
    </li>
  );
}
