import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useDeferredValue, useState, type ReactElement } from 'react';
import { Button, Icon, Picker } from '../../kit';
import parts from '../parts/parts.module.css';
import { labelsQuery } from '../queries';
import type { Label } from '../wire';
import { labelText } from './actions';
import css from './Page.module.css';

interface LabelsProps {
  labels: readonly Label[];
  editable: boolean;
  adding: boolean;
  onAdding: (adding: boolean) => void;
  onChange: (labels: Label[]) => void;
  spaceKey: string;
}

const madeOf = (text: string): Label => {
  const clean = text.trim().toLowerCase().replace(/\s+/g, '-');
  const [, prefix, name] = /^(my|team):(.+)$/.exec(clean) ?? [];
  return { id: `new-${clean}`, prefix: prefix ?? 'global', name: name ?? clean };
};

/** What the page is labelled with; each leads to what else has it. */
export function Labels({ labels, editable, adding, onAdding, onChange, spaceKey }: LabelsProps): ReactElement | null {
  const [query, setQuery] = useState('');
  const found = useQuery({ ...labelsQuery(useDeferredValue(query.trim())), enabled: adding });
  if (labels.length === 0 && !editable) return null;
  const has = new Set(labels.map(labelText));
  const add = (text: string) => {
    const made = madeOf(text);
    if (made.name !== '' && !has.has(labelText(made))) onChange([...labels, made]);
    setQuery('');
  };
  const options = (found.data ?? []).filter((label) => !has.has(labelText(label))).map((label) => ({ value: labelText(label), label: labelText(label) }));
  return (
    <section className={`${parts['labels']} ${css['labels']}`} aria-label="Labels">
      {labels.map((label) => (
        <span key={labelText(label)} className={parts['label']}>
          <Link to="/wiki/search" search={{ label: labelText(label), space: spaceKey }}>
            {labelText(label)}
          </Link>
          {editable && (
            <button type="button" aria-label={`Remove the label ${labelText(label)}`} onClick={() => onChange(labels.filter((other) => other !== label))}>
              <Icon name="close" size={10} />
            </button>
          )}
        </span>
      ))}
      {editable && (
        <Picker
          opened={adding}
          onOpenedChange={onAdding}
          options={options}
          selected={[]}
          onPick={add}
          onQuery={setQuery}
          onCreate={add}
          loading={found.isFetching}
          placeholder="Add a label"
          trigger={({ open }) => (
            <Button size="s" variant="subtle" icon="tag" onClick={open}>
              {labels.length === 0 ? 'Add labels' : 'Label'}
            </Button>
          )}
        />
      )}
    </section>
  );
}
