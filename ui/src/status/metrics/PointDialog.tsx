import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api, ApiError, siteUrl } from '../../api';
import { Button, Dialog, ErrorState, TextField, toast } from '../../kit';
import { CopyLine } from '../parts/CopyLine';
import { manage } from '../queries';
import { fromLocalInput, toLocalInput } from '../say';
import { keys } from '../stale';
import type { Metric, StatusPage } from '../wire';
import css from './Metrics.module.css';
import { curlOf, valueText } from './model';

/** A point by hand, and the command by which programs send theirs. */
export function PointDialog({ page, metric, onClose }: { page: StatusPage; metric: Metric; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [value, setValue] = useState('');
  const [at, setAt] = useState(() => toLocalInput(Date.now()));
  const [tried, setTried] = useState(false);
  const number = value.trim() === '' ? Number.NaN : Number(value);
  const instant = fromLocalInput(at);
  const add = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.post(`${manage(page.id)}/metrics/${metric.id}/data`, { data: { value: number, ...(instant ? { timestamp: Math.floor(Date.parse(instant) / 1000) } : {}) } }),
    onSuccess: async () => {
      await Promise.all([keys.metrics, keys.series].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: `${valueText(number, metric)} added`, tone: 'success' });
      setValue('');
      setTried(false);
    },
  });
  const fields = add.error instanceof ApiError ? add.error.fields : {};
  return (
    <Dialog
      title={`Points of ${metric.name}`}
      width={600}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (!Number.isNaN(number)) add.mutate();
      }}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Done
          </Button>
          <Button type="submit" variant="primary" busy={add.isPending}>
            Add point
          </Button>
        </>
      }
    >
      <div className={css['two']}>
        <TextField label={metric.suffix ? `Value (${metric.suffix})` : 'Value'} required data-autofocus inputMode="decimal" value={value} error={tried && Number.isNaN(number) ? 'Write a number.' : fields['value']} onChange={(e) => setValue(e.currentTarget.value)} />
        <TextField label="Time" type="datetime-local" value={at} error={fields['timestamp']} onChange={(e) => setAt(e.currentTarget.value)} />
      </div>
      {add.error && Object.keys(fields).length === 0 && <ErrorState compact what="add the point" error={add.error} />}
      <h3>From a program</h3>
      <CopyLine what="Command that sends a point" text={curlOf(location.origin + siteUrl(''), page.id, metric.id)} />
      <p className={css['quiet']}>
        Make a key under{' '}
        <Link to="/statuspages/settings" search={{ tab: 'keys' }}>
          Settings, Keys
        </Link>
        . Up to 3,000 points in one call: POST …/metrics/data.
      </p>
    </Dialog>
  );
}
