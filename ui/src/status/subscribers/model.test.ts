import { describe, expect, it } from 'vitest';
import { countOf, kindOf, linesOf } from './model';

describe('subscribers', () => {
  it('are counted by kind and state', () => {
    const counts = { email: { active: 5, unconfirmed: 2 }, webhook: { active: 1 } };
    expect(countOf(counts, 'active', '')).toBe(6);
    expect(countOf(counts, 'active', 'webhook')).toBe(1);
    expect(countOf(counts, 'quarantined', '')).toBe(0);
  });
  it('are known by their address', () => {
    expect(kindOf(' ana@acme.example ')).toBe('email');
    expect(kindOf('https://hooks.example/1')).toBe('webhook');
    expect(kindOf('ana@a.example, ben@b.example')).toBeUndefined();
    expect(kindOf('ana')).toBeUndefined();
  });
  it('are counted in a file before it is sent', () => {
    expect(linesOf('email\na@x.example\n\nb@x.example\n')).toBe(2);
    expect(linesOf('\ufeff"Email",components\r\na@x.example,\r\n')).toBe(1);
    expect(linesOf('a@x.example')).toBe(1);
    expect(linesOf('')).toBe(0);
  });
});
