import { describe, expect, it } from 'vitest';
import { staleKeys } from './stale';

const of = (type: string) => staleKeys({ type, id: '7', op: 'update' }).map((key) => key.join('.'));

describe('what a commit makes stale', () => {
  it('names only what an incident shows up in', () => {
    expect(of('status.incident')).toContain('status.incident.7');
    expect(of('status.incident')).not.toContain('status.subscribers');
  });
  it('renews the count of recipients when subscribers come and go', () => {
    expect(of('status.subscriber')).toContain('status.preview');
  });
  it('renews incidents when a component changes', () => {
    expect(of('status.component')).toContain('status.incident');
  });
  it('renews everything for what it does not know', () => {
    expect(of('status.novelty')).toEqual(['status']);
  });
});
