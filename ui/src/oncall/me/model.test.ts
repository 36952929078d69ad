import { describe, expect, it } from 'vitest';
import type { Contact, NotificationRule } from '../wire';
import { afterText, usable, warnings } from './model';
import { keyBytes } from './push';

const contact = (method: Contact['method'], to: string, verified = true, enabled = true): Contact => ({ id: to, method, to, verified, status: { enabled } });
const rule = (to: string, enabled = true): NotificationRule => ({ id: 'r', name: '', actionType: 'create-alert', order: 0, enabled, steps: [{ sendAfter: { timeAmount: 0 }, contact: { method: 'email', to }, enabled: true }] });

describe('what keeps alerts away', () => {
  it('is no usable contact', () => {
    expect(warnings([contact('email', 'a@x', false)], [])).toHaveLength(1);
    expect(warnings([contact('email', 'a@x', true, false)], [])).toHaveLength(1);
    expect(warnings([contact('email', 'a@x')], [])).toEqual([]);
  });
  it('is a rule that leads to a contact that does not work', () => {
    expect(warnings([contact('email', 'a@x')], [rule('gone@x')])).toHaveLength(1);
    expect(warnings([contact('email', 'a@x')], [rule('a@x')])).toEqual([]);
    expect(warnings([contact('email', 'a@x')], [rule('gone@x', false)])).toEqual([]);
  });
  it('counts verified contacts that are on', () => {
    expect(usable([contact('email', 'a@x'), contact('sms', '1-2', false)]).map(({ to }) => to)).toEqual(['a@x']);
  });
});

describe('texts', () => {
  it('says when a step comes', () => {
    expect(afterText({ sendAfter: { timeAmount: 0 } })).toBe('at once');
    expect(afterText({ sendAfter: { timeAmount: 5, timeUnit: 'minutes' } })).toBe('after 5 min');
    expect(afterText({ sendAfter: { timeAmount: 90, timeUnit: 'seconds' } })).toBe('after 90 s');
  });
  it('reads the key of the server', () => {
    expect([...keyBytes('BA-_')]).toEqual([4, 15, 191]);
  });
});
