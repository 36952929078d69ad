import { expect, it } from 'vitest';
import { best, matches } from './ranking';

const many = (group: string, count: number, label = `${group} with pump`) => Array.from({ length: count }, (_, i) => ({ group, label: `${label} ${i}` }));

it('lets no product hide the others', () => {
  const found = best([...many('Issues', 10), ...many('Pages', 8), { group: 'Alerts', label: 'The pump stands' }], 'pump', 8);
  expect(found).toHaveLength(8);
  expect(found.filter(({ group }) => group === 'Alerts')).toHaveLength(1);
  expect(found.filter(({ group }) => group === 'Issues').length - found.filter(({ group }) => group === 'Pages').length).toBeLessThanOrEqual(1);
});

it('puts the best answer and its group first', () => {
  const found = best([{ group: 'Issues', label: 'About the pump house' }, { group: 'Pages', label: 'Old pump house' }, { group: 'Pages', label: 'Pump house' }], 'pump house', 8);
  expect(found[0]).toEqual({ group: 'Pages', label: 'Pump house' });
  expect(best([{ group: 'Pages', label: 'x ORC-1' }, { group: 'Issues', code: 'ORC-1', label: 'y' }], 'orc-1', 8)[0]?.group).toBe('Issues');
});

it('takes nothing from nothing', () => {
  expect(best([], 'x', 8)).toEqual([]);
  expect(matches('The pump', 'pump the')).toBe(true);
});
