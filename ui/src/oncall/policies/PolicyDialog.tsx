import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { FormDialog, SelectField, TextField } from '../../kit';
import { fieldError, useChange } from '../act';
import { criteriaProblem } from '../parts/criteria';
import { CriteriaEditor } from '../parts/CriteriaEditor';
import { RestrictionEditor } from '../parts/RestrictionEditor';
import { ownZone } from '../parts/zone';
import { ZoneField } from '../parts/ZonePicker';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { Criteria, Restriction } from '../wire';
import { ChangeFields, type ChangeDraft } from './ChangeFields';
import { detailLines, detailsOf, sameMessage, wordsOf, type Change, type Duration, type Policy, type PolicyType, type Telling } from './model';
import { TellingFields } from './TellingFields';

interface Props {
  type: PolicyType;
  policy: Policy | null;
  /** Whose a new one can be: an empty id for the whole site. */
  owners: readonly { id: string; name: string }[];
  /** Whose a new one is at first. */
  team?: string;
  onClose: () => void;
}

const draftOf = (policy: Policy | null): ChangeDraft => ({
  message: policy?.message ?? sameMessage,
  priority: policy?.priority ?? '',
  tags: (policy?.tags ?? []).join(', '),
  onlyTags: policy?.ignoreOriginalTags ?? false,
  buttons: (policy?.actions ?? []).join(', '),
  onlyButtons: policy?.ignoreOriginalActions ?? false,
  responders: policy?.responders ?? [],
  onlyResponders: policy?.ignoreOriginalResponders ?? false,
  details: detailLines(policy?.details),
  onlyDetails: policy?.ignoreOriginalDetails ?? false,
  alias: policy?.alias ?? '',
  description: policy?.description ?? '',
  entity: policy?.entity ?? '',
  source: policy?.source ?? '',
  goOn: policy?.continue ?? true,
});

function changeOf(draft: ChangeDraft): Change {
  const details = detailsOf(draft.details);
  return {
    message: draft.message,
    continue: draft.goOn,
    alias: draft.alias,
    description: draft.description,
    entity: draft.entity,
    source: draft.source,
    priority: draft.priority,
    details: 'details' in details ? details.details : {},
    ignoreOriginalDetails: draft.onlyDetails,
    actions: wordsOf(draft.buttons),
    ignoreOriginalActions: draft.onlyButtons,
    responders: draft.responders.map(({ type, id }) => ({ type, ...(id === undefined ? {} : { id }) })),
    ignoreOriginalResponders: draft.onlyResponders,
    tags: wordsOf(draft.tags),
    ignoreOriginalTags: draft.onlyTags,
  };
}

const tellingOf = (policy: Policy | null): Telling =>
  policy
    ? {
        ...(policy.suppress ? { suppress: true } : {}),
        ...(policy.deduplicationAction ? { deduplicationAction: policy.deduplicationAction } : {}),
        ...(policy.delayAction ? { delayAction: policy.delayAction } : {}),
        ...(policy.autoRestartAction ? { autoRestartAction: policy.autoRestartAction } : {}),
        ...(policy.autoCloseAction ? { autoCloseAction: policy.autoCloseAction } : {}),
      }
    : { delayAction: { delayOption: 'for-duration', duration: { timeAmount: 10, timeUnit: 'minutes' } } };

const noTime = (duration: Duration | undefined) => duration !== undefined && duration.timeAmount < 1;

function tellingProblem({ suppress, deduplicationAction: often, delayAction: delay, autoRestartAction: again, autoCloseAction: close }: Telling): string | null {
  if (!suppress && !often && !delay && !again && !close) return 'Choose what is done.';
  if (often && (often.count < 2 || often.count > 100)) return 'An alert comes from 2 to 100 times.';
  if (again && (again.maxRepeatCount < 1 || again.maxRepeatCount > 20)) return 'It begins again from 1 to 20 times.';
  return [often?.duration, delay?.duration, again?.duration, close?.duration].some(noTime) ? 'Each time needs an amount.' : null;
}

/** One policy: which alerts, when, and what is done. */
export function PolicyDialog({ type, policy, owners, team: firstTeam = '', onClose }: Props): ReactElement {
  const [team, setTeam] = useState(firstTeam);
  const [name, setName] = useState(policy?.name ?? '');
  const [note, setNote] = useState(policy?.policyDescription ?? '');
  const [criteria, setCriteria] = useState<Criteria>(policy ? (policy.filter ?? { type: 'match-all' }) : { type: 'match-all-conditions', conditions: [{ field: 'message', not: false, operation: 'contains', expectedValue: '' }] });
  const [hours, setHours] = useState<Restriction | null>(policy?.timeRestrictions ?? null);
  const [zone, setZone] = useState(policy?.timezone || ownZone());
  const [change, setChange] = useState(() => draftOf(policy));
  const [telling, setTelling] = useState(() => tellingOf(policy));
  const byClock = hours !== null || (type === 'notification' && telling.delayAction !== undefined && telling.delayAction.delayOption !== 'for-duration');
  const missing =
    name.trim() === ''
      ? 'Give it a name.'
      : (criteriaProblem(criteria) ?? (type === 'notification' ? tellingProblem(telling) : change.message.trim() === '' ? 'A message is needed.' : 'problem' in detailsOf(change.details) ? 'A detail is not “key: value”.' : null));
  const body = () => ({
    type,
    name: name.trim(),
    policyDescription: note.trim(),
    filter: criteria,
    ...(hours ? { timeRestrictions: hours } : {}),
    ...(byClock ? { timezone: zone } : {}),
    ...(type === 'alert' ? changeOf(change) : telling),
  });
  const save = useChange(() => (policy ? api.put(`${rest}/policies/${segment(policy.id)}`, body()) : api.post(`${rest}/policies`, { ...body(), ...(team ? { teamId: team } : {}) })), {
    stale: [keys.policies],
    quiet: true,
    done: policy ? 'Policy changed' : 'Policy added at the end',
    onDone: onClose,
  });
  return (
    <FormDialog
      title={policy ? 'Edit policy' : type === 'alert' ? 'Add an alert policy' : 'Add a notification policy'}
      width={660}
      sticky
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit={policy ? 'Save' : 'Add'}
      busy={save.isPending}
      ready={missing === null}
      missing={missing}
      what="save the policy"
      error={save.error}
    >
      <TextField label="Name" data-autofocus required maxLength={250} value={name} error={fieldError(save.error, 'name')} onChange={(event) => setName(event.currentTarget.value)} />
      {!policy && owners.length > 1 && <SelectField label="For alerts of" value={team} onChange={setTeam} options={owners.map(({ id, name: label }) => ({ value: id, label }))} error={fieldError(save.error, 'teamId')} />}
      <TextField label="What it is for" optional value={note} error={fieldError(save.error, 'policyDescription')} onChange={(event) => setNote(event.currentTarget.value)} />
      <CriteriaEditor value={criteria} onChange={setCriteria} />
      <RestrictionEditor label="and the time is" always="Any time" value={hours} onChange={setHours} />
      {type === 'alert' ? <ChangeFields value={change} onChange={setChange} error={save.error} /> : <TellingFields value={telling} onChange={setTelling} />}
      {byClock && <ZoneField label="By the clock of" value={zone} onChange={setZone} error={fieldError(save.error, 'timezone')} />}
    </FormDialog>
  );
}
