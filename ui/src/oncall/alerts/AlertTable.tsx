import { Link } from '@tanstack/react-router';
import { memo, type ReactElement } from 'react';
import { Button, Checkbox, IconButton, Menu, useNow, VirtualList, exactText } from '../../kit';
import { PriorityMark, Tag, Who } from '../parts/marks';
import { usePhone } from '../parts/usePhone';
import type { Alert } from '../wire';
import css from './Alerts.module.css';
import { age, snoozeChoices, type BulkAction } from './model';
import { StateBadge } from './StateBadge';

interface RowActions {
  onAct: (alert: Alert, action: BulkAction) => void;
  onSnooze: (alert: Alert, until: number) => void;
}

export interface AlertTableProps extends RowActions {
  alerts: readonly Alert[];
  active: number;
  onActive: (index: number) => void;
  onOpen: (alert: Alert) => void;
  selected: ReadonlySet<string>;
  onSelect: (id: string, range: boolean) => void;
  onSelectAll: () => void;
  onEnd: () => void;
}

export function AlertTable(props: AlertTableProps): ReactElement {
  const { alerts, selected, active } = props;
  const phone = usePhone();
  const now = useNow();
  const all = alerts.length > 0 && selected.size === alerts.length;
  return (
    <VirtualList
      label="Alerts"
      count={alerts.length}
      rowHeight={phone ? 124 : 36}
      keyOf={(i) => alerts[i]?.id ?? String(i)}
      activeIndex={active}
      onEnd={props.onEnd}
      {...(phone
        ? {}
        : {
            head: (
              <div role="row" className={css['headRow']}>
                <div role="columnheader" className={css['pick']}>
                  <Checkbox quiet label="Select every loaded alert" checked={all} onChange={props.onSelectAll} data-some={selected.size > 0} />
                </div>
                {['Priority', 'Number', 'Alert', 'Owner', 'Status', 'Age'].map((title) => (
                  <div key={title} role="columnheader" className={css['headCell']}>
                    {title}
                  </div>
                ))}
              </div>
            ),
          })}
      renderRow={(i) => {
        const alert = alerts[i];
        if (!alert) return null;
        const shared = { alert, index: i, active: i === active, selected: selected.has(alert.id), ageText: age(alert.createdAt, now), onSelect: props.onSelect, onAct: props.onAct, onSnooze: props.onSnooze, onActive: props.onActive };
        return phone ? <Card {...shared} /> : <Row {...shared} onOpen={props.onOpen} />;
      }}
    />
  );
}

interface RowProps extends RowActions {
  alert: Alert;
  index: number;
  active: boolean;
  selected: boolean;
  ageText: string;
  onActive: (index: number) => void;
  onSelect: (id: string, range: boolean) => void;
}

function Message({ alert }: { alert: Alert }): ReactElement {
  return (
    <>
      {alert.count > 1 && (
        <span className={css['count']} title={`Occurred ${alert.count.toLocaleString()} times`}>
          ×{alert.count.toLocaleString()}
        </span>
      )}
      <Link to="/oncall/alerts/$id" params={{ id: alert.id }} className={css['message']} title={alert.message}>
        {alert.message}
      </Link>
    </>
  );
}

function SnoozeMenu({ alert, onSnooze, label }: { alert: Alert; onSnooze: RowActions['onSnooze']; label: string }): ReactElement {
  return (
    <Menu
      trigger={<IconButton icon="pause" label={label} size="s" />}
      items={[{ heading: 'Snooze for' }, ...snoozeChoices.map((choice) => ({ label: choice.label, onSelect: () => onSnooze(alert, choice.until(Date.now())) }))]}
    />
  );
}

const Row = memo(function Row({ alert, index, active, selected, ageText, onActive, onSelect, onOpen, onAct, onSnooze }: RowProps & { onOpen: (alert: Alert) => void }): ReactElement {
  const open = alert.status === 'open';
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={css['row']}
      data-active={active}
      data-loud={open && !alert.acknowledged && !alert.snoozed}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('input, button, a')) return;
        onActive(index);
        if (event.metaKey || event.ctrlKey || event.shiftKey) onSelect(alert.id, event.shiftKey);
        else onOpen(alert);
      }}
    >
      <div role="gridcell" className={css['pick']}>
        <Checkbox quiet label={`Select alert ${alert.tinyId}`} tabIndex={-1} checked={selected} onClick={(event) => onSelect(alert.id, event.shiftKey)} onChange={() => undefined} />
      </div>
      <div role="gridcell">
        <PriorityMark priority={alert.priority} />
      </div>
      <div role="gridcell" className={css['number']}>
        #{alert.tinyId}
      </div>
      <div role="gridcell" className={css['subject']}>
        <Message alert={alert} />
        <span className={css['tags']}>
          {alert.tags.slice(0, 3).map((tag) => (
            <Tag key={tag}>{tag}</Tag>
          ))}
          {alert.tags.length > 3 && <Tag>{`+${alert.tags.length - 3}`}</Tag>}
        </span>
      </div>
      <div role="gridcell" className={css['owner']}>
        {alert.owner ? <Who word={alert.owner} /> : <span className={css['nobody']}>nobody</span>}
      </div>
      <div role="gridcell">
        <StateBadge alert={alert} />
      </div>
      <div role="gridcell" className={css['age']} title={exactText(Date.parse(alert.createdAt))}>
        {ageText}
        {open && (
          <span className={css['hover']}>
            {!alert.acknowledged && <IconButton icon="check" label={`Acknowledge alert ${alert.tinyId}`} keys={active ? 'a' : undefined} size="s" onClick={() => onAct(alert, 'acknowledge')} />}
            <SnoozeMenu alert={alert} onSnooze={onSnooze} label={`Snooze alert ${alert.tinyId}`} />
            <IconButton icon="close" label={`Close alert ${alert.tinyId}`} size="s" onClick={() => onAct(alert, 'close')} />
          </span>
        )}
      </div>
    </div>
  );
});

/** On a phone an alert is a card whose buttons a thumb hits in the dark. */
const Card = memo(function Card({ alert, index, active, selected, ageText, onSelect, onAct, onSnooze }: RowProps): ReactElement {
  const open = alert.status === 'open';
  return (
    <div role="row" aria-rowindex={index + 1} aria-selected={selected} className={css['card']} data-active={active}>
      <div role="gridcell" className={css['cardHead']}>
        <Checkbox quiet label={`Select alert ${alert.tinyId}`} checked={selected} onChange={() => onSelect(alert.id, false)} />
        <PriorityMark priority={alert.priority} />
        <span className={css['number']}>#{alert.tinyId}</span>
        <StateBadge alert={alert} />
        <span className={css['cardAge']}>{ageText}</span>
      </div>
      <div role="gridcell" className={css['cardSubject']}>
        <Message alert={alert} />
      </div>
      <div role="gridcell" className={css['cardActs']}>
        {open ? (
          <>
            {alert.acknowledged ? (
              <span className={css['cardOwner']}>{alert.owner && <Who word={alert.owner} />}</span>
            ) : (
              <Button size="l" variant="primary" icon="check" className={css['big'] ?? ''} onClick={() => onAct(alert, 'acknowledge')}>
                Acknowledge
              </Button>
            )}
            <Button size="l" icon="close" className={css['big'] ?? ''} onClick={() => onAct(alert, 'close')}>
              Close
            </Button>
            <SnoozeMenu alert={alert} onSnooze={onSnooze} label={`Snooze alert ${alert.tinyId}`} />
          </>
        ) : (
          <span className={css['cardOwner']}>{alert.owner && <Who word={alert.owner} />}</span>
        )}
      </div>
    </div>
  );
});
