import { valueText } from './model';

/** What columns are called that do not say by their name what people know them as. The server writes names with spaces. */
const names: Readonly<Record<string, string>> = {
  acked: 'Acknowledged',
  'acked by': 'Acknowledged by',
  active: 'Active',
  'account id': 'Person',
  address: 'Address',
  author: 'Author',
  'base uri': 'Own address',
  color: 'Colour',
  'created by': 'Created by',
  'deleted by': 'Deleted by',
  deliver: 'Subscribers are told',
  'due day': 'Due date',
  grp: 'Group',
  'group id': 'Group',
  'homepage id': 'Home page',
  hash: 'Secret',
  'impact override': 'Impact, set by hand',
  'is group': 'Is a group',
  'is initial': 'First status',
  'lead': 'Lead',
  n: 'Number',
  'only if degraded': 'Hidden while it works',
  ord: 'Position',
  'parent id': 'Parent',
  place: 'Position',
  'pm body': 'Postmortem',
  'pm draft': 'Draft of the postmortem',
  'priority id': 'Priority',
  'project id': 'Project',
  rank: 'Position',
  showcase: 'Shown on the page',
  'space id': 'Space',
  start: 'Begin',
  'start date': 'First day',
  'status id': 'Status',
  tags: 'Tags',
  'team id': 'Team',
  'tiny': 'Number',
  'type id': 'Type',
  'update status': 'State it was set to',
  'visible to': 'Seen by',
  'y hidden': 'Axis hidden',
  'y max': 'Axis, highest',
  'y min': 'Axis, lowest',
};

/** Columns that only make searching quick: people know nothing of them. */
const inner = /( fold| key| fingerprint| index)$|^(fingerprint|fields|version|signature|csrf|cursor|volatile)$/;

/** Whether a field of a difference says anything to people. */
export const told = (field: string): boolean => !inner.test(field) || /[A-Z]/.test(field);

/** A field as people call it: "homepage id" is "Home page"; names that the tracker words stay. */
export function fieldName(field: string): string {
  if (/[A-Z]/.test(field)) return field;
  const known = names[field];
  if (known !== undefined) return known;
  const plain = field.replace(/ ids$/, 's').replace(/ id$/, '').replace(/^is /, '');
  return plain.slice(0, 1).toUpperCase() + plain.slice(1);
}

const flags = /^(is |may )|^(enabled|active|acked|acknowledged|deliver|internal|suppress|disabled|released|archived|showcase|only if degraded|y hidden|backfilled|expired|everything)$/;

/** A value of a field: what is stored as 0 and 1 in words, and what is stored as JSON by what it says. */
export function fieldValue(field: string, value: unknown): string {
  if (flags.test(field) && (value === 0 || value === 1)) return value === 1 ? 'yes' : 'no';
  if (typeof value === 'string' && /^\s*[[{]/.test(value)) {
    try {
      const read: unknown = JSON.parse(value);
      const text = valueText(read);
      return /^[[{]/.test(text) ? pairs(read) : text;
    } catch {
      // It only looks so.
    }
  }
  return valueText(value);
}

/** An object in words: "days: 7, notify: yes". */
function pairs(value: unknown): string {
  if (Array.isArray(value)) return value.map(pairs).filter(Boolean).join('; ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === null || typeof value !== 'object') return valueText(value);
  return Object.entries(value)
    .map(([name, each]) => [name, pairs(each)] as const)
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase()}: ${text}`)
    .join(', ');
}
