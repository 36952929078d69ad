import { memo, useRef, type PointerEvent, type ReactElement } from 'react';
import type { Issue } from '../../api';
import { Checkbox, Icon, VirtualList } from '../../kit';
import type { SortKey } from '../jql/basic';
import type { Column, ColumnChoice } from './columns';
import css from './List.module.css';

export interface IssueTableProps {
  issues: readonly Issue[];
  choice: ColumnChoice;
  order: readonly SortKey[];
  onSort: (field: string) => void;
  active: number;
  onActive: (index: number) => void;
  open: string | undefined;
  onOpen: (issue: Issue) => void;
  selected: ReadonlySet<string>;
  onSelect: (key: string, range: boolean) => void;
  onSelectAll: () => void;
  onEnd: () => void;
  label: string;
}

export function IssueTable(props: IssueTableProps): ReactElement {
  const { issues, choice, order, onSort, active, selected, onSelectAll } = props;
  const all = issues.length > 0 && selected.size === issues.length;
  return (
    <VirtualList
      label={props.label}
      count={issues.length}
      keyOf={(i) => issues[i]?.id ?? String(i)}
      activeIndex={active}
      onEnd={props.onEnd}
      minWidth={choice.minWidth}
      head={
        <div role="row" className={css['headRow']} style={{ gridTemplateColumns: choice.template }}>
          <div role="columnheader" className={css['pick']}>
            <Checkbox quiet label="Select every loaded issue" checked={all} onChange={onSelectAll} data-some={selected.size > 0} />
          </div>
          {choice.shown.map((column) => (
            <Head key={column.id} column={column} order={order} onSort={onSort} choice={choice} />
          ))}
        </div>
      }
      renderRow={(i) => {
        const issue = issues[i];
        if (!issue) return null;
        return (
          <Row
            issue={issue}
            index={i}
            columns={choice.shown}
            template={choice.template}
            active={i === active}
            open={issue.key === props.open}
            selected={selected.has(issue.key)}
            onOpen={props.onOpen}
            onActive={props.onActive}
            onSelect={props.onSelect}
          />
        );
      }}
    />
  );
}

interface HeadProps {
  column: Column;
  order: readonly SortKey[];
  onSort: (field: string) => void;
  choice: ColumnChoice;
}

function Head({ column, order, onSort, choice }: HeadProps): ReactElement {
  const start = useRef<{ x: number; width: number } | null>(null);
  const key = order.find((each) => each.field.toLowerCase() === column.sort?.toLowerCase());
  const first = order[0] === key ? key : undefined;
  const move = (event: PointerEvent) => {
    if (start.current) choice.resize(column.id, start.current.width + event.clientX - start.current.x);
  };
  const sort = column.sort;
  return (
    <div role="columnheader" className={css['headCell']} aria-sort={first ? (first.descending ? 'descending' : 'ascending') : undefined}>
      {sort ? (
        <button type="button" className={css['sort']} onClick={() => onSort(sort)} aria-label={`Sort by ${column.title}`}>
          <span className={css['cut']}>{column.title}</span>
          {first && <Icon name={first.descending ? 'arrowDown' : 'arrowUp'} size={12} />}
        </button>
      ) : (
        <span className={css['cut']}>{column.title}</span>
      )}
      {column.id !== 'summary' && (
        <span
          className={css['grip']}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            start.current = { x: event.clientX, width: choice.widthOf(column) };
          }}
          onPointerMove={move}
          onPointerUp={() => {
            start.current = null;
          }}
        />
      )}
    </div>
  );
}

interface RowProps {
  issue: Issue;
  index: number;
  columns: readonly Column[];
  template: string;
  active: boolean;
  open: boolean;
  selected: boolean;
  onOpen: (issue: Issue) => void;
  onActive: (index: number) => void;
  onSelect: (key: string, range: boolean) => void;
}

const Row = memo(function Row({ issue, index, columns, template, active, open, selected, onOpen, onActive, onSelect }: RowProps): ReactElement {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={css['row']}
      data-active={active}
      data-open={open}
      style={{ gridTemplateColumns: template }}
      onClick={(event) => {
        if (event.target instanceof HTMLInputElement) return;
        onActive(index);
        if (event.metaKey || event.ctrlKey || event.shiftKey) onSelect(issue.key, event.shiftKey);
        else onOpen(issue);
      }}
    >
      <div role="gridcell" className={css['pick']}>
        <Checkbox
          quiet
          label={`Select ${issue.key}`}
          tabIndex={-1}
          checked={selected}
          onClick={(event) => onSelect(issue.key, event.shiftKey)}
          onChange={() => undefined}
        />
      </div>
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={css['cell']} data-column={column.id}>
          {column.draw(issue)}
        </div>
      ))}
    </div>
  );
});
