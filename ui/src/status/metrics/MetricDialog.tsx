import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Checkbox, FormDialog, TextField, toast } from '../../kit';
import { manage } from '../queries';
import { keys } from '../stale';
import type { Metric, StatusPage } from '../wire';
import css from './Metrics.module.css';

const number = (text: string): number | undefined => (text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text));

export function MetricDialog({ page, metric, onClose }: { page: StatusPage; metric: Metric | null; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [name, setName] = useState(metric?.name ?? '');
  const [suffix, setSuffix] = useState(metric?.suffix ?? '');
  const [tooltip, setTooltip] = useState(metric?.tooltip_description ?? '');
  const [decimals, setDecimals] = useState(String(metric?.decimal_places ?? 0));
  const [low, setLow] = useState(metric?.y_axis_min?.toString() ?? '');
  const [high, setHigh] = useState(metric?.y_axis_max?.toString() ?? '');
  const [display, setDisplay] = useState(metric?.display ?? true);
  const [tried, setTried] = useState(false);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      const y = { ...(number(low) === undefined ? {} : { y_axis_min: number(low) }), ...(number(high) === undefined ? {} : { y_axis_max: number(high) }) };
      const body = { metric: { name: name.trim(), suffix: suffix.trim(), tooltip_description: tooltip.trim(), decimal_places: Number(decimals) || 0, display, ...y } };
      if (metric) return api.patch(`${manage(page.id)}/metrics/${metric.id}`, body);
      // A metric belongs to a provider; the one that takes pushed points is made with the first metric.
      const providers = await api.get<{ id: string; type: string }[]>(`${manage(page.id)}/metrics_providers`);
      const provider = providers[0] ?? (await api.post<{ id: string }>(`${manage(page.id)}/metrics_providers`, { metrics_provider: { type: 'Self' } }));
      return api.post(`${manage(page.id)}/metrics_providers/${provider.id}/metrics`, body);
    },
    onSuccess: async () => {
      await Promise.all([keys.metrics, keys.series].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: metric ? `${name.trim()} saved` : `${name.trim()} added`, tone: 'success', ...(metric ? {} : { detail: 'Send it points from its menu.' }) });
      onClose();
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const nameError = tried && name.trim() === '' ? 'Give the metric a name.' : fields['name'];
  return (
    <FormDialog
      title={metric ? `Edit ${metric.name}` : 'Add metric'}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (name.trim() !== '') save.mutate();
      }}
      submit={metric ? 'Save' : 'Add metric'}
      busy={save.isPending}
      what="save the metric"
      error={Object.keys(fields).length === 0 ? save.error : null}
    >
      <TextField label="Name" required data-autofocus value={name} error={nameError} maxLength={255} placeholder="Response time" onChange={(e) => setName(e.currentTarget.value)} />
      <div className={css['two']}>
        <TextField label="Unit" optional value={suffix} error={fields['suffix']} placeholder="ms" maxLength={32} onChange={(e) => setSuffix(e.currentTarget.value)} />
        <TextField label="Decimals" type="number" min={0} max={5} value={decimals} error={fields['decimal_places']} onChange={(e) => setDecimals(e.currentTarget.value)} />
        <TextField label="Axis from" optional type="number" value={low} placeholder="by itself" error={fields['y_axis_min']} onChange={(e) => setLow(e.currentTarget.value)} />
        <TextField label="Axis to" optional type="number" value={high} placeholder="by itself" error={fields['y_axis_max']} onChange={(e) => setHigh(e.currentTarget.value)} />
      </div>
      <TextField label="What it says" optional value={tooltip} placeholder="Median of all requests" onChange={(e) => setTooltip(e.currentTarget.value)} />
      <Checkbox label="Show it on the page" checked={display} onChange={(e) => setDisplay(e.currentTarget.checked)} />
    </FormDialog>
  );
}
