import type { Condition, Criteria, Priority } from '../wire';

export const fields: readonly { value: string; label: string }[] = [
  { value: 'message', label: 'Message' },
  { value: 'priority', label: 'Priority' },
  { value: 'tags', label: 'Tags' },
  { value: 'details', label: 'Detail' },
  { value: 'source', label: 'Source' },
  { value: 'entity', label: 'Entity' },
  { value: 'alias', label: 'Alias' },
  { value: 'description', label: 'Description' },
  { value: 'responders', label: 'Responders' },
  { value: 'teams', label: 'Teams' },
];

export const operations: readonly { value: string; label: string }[] = [
  { value: 'contains', label: 'contains' },
  { value: 'equals', label: 'is' },
  { value: 'starts-with', label: 'starts with' },
  { value: 'ends-with', label: 'ends with' },
  { value: 'matches', label: 'matches the pattern' },
  { value: 'greater-than', label: 'is above' },
  { value: 'less-than', label: 'is below' },
  { value: 'contains-key', label: 'has the key' },
  { value: 'contains-value', label: 'has the value' },
  { value: 'is-empty', label: 'is empty' },
  { value: 'equals-ignore-whitespace', label: 'is, spaces aside,' },
];

const label = (list: readonly { value: string; label: string }[], value: string) => list.find((each) => each.value === value)?.label ?? value;

/** Which operations make sense for a field. */
export function operationsOf(field: string): readonly { value: string; label: string }[] {
  if (field === 'priority') return operations.filter(({ value }) => ['equals', 'greater-than', 'less-than'].includes(value));
  if (field === 'details') return operations;
  if (['tags', 'responders', 'teams'].includes(field)) return operations.filter(({ value }) => ['contains', 'is-empty', 'matches'].includes(value));
  return operations.filter(({ value }) => !['contains-key', 'contains-value', 'greater-than', 'less-than'].includes(value));
}

export interface Said {
  field: string;
  operation: string;
  value: string;
}

/** A condition in three parts, the negation among the words of the second. */
export function say(condition: Condition): Said {
  const field = condition.field === 'details' && condition.key ? condition.key : label(fields, condition.field);
  const operation = label(operations, condition.operation);
  const not = condition.not ? (operation.startsWith('is') ? operation.replace(/^is/, 'is not') : `not ${operation}`) : operation;
  return { field, operation: not, value: condition.operation === 'is-empty' ? '' : (condition.expectedValue ?? '') };
}

export const joinWord = (criteria: Criteria): string => (criteria.type === 'match-any-condition' ? 'or' : 'and');

export const emptyCondition: Condition = { field: 'message', not: false, operation: 'contains', expectedValue: '' };

/** The first thing that is missing, for a form; null when nothing is. */
export function criteriaProblem(criteria: Criteria): string | null {
  if (criteria.type === 'match-all') return null;
  const conditions = criteria.conditions ?? [];
  if (conditions.length === 0) return 'Add a condition, or let the rule fit every alert.';
  const at = conditions.findIndex((each) => each.operation !== 'is-empty' && (each.expectedValue ?? '') === '');
  return at < 0 ? null : `Condition ${at + 1} needs a value.`;
}

export const isPriority = (text: string): text is Priority => /^P[1-5]$/.test(text);
