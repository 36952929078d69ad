import { describe, expect, it } from 'vitest';
import { fromLocalInput, inZone, lengthWords, recipientWords, shellQuote, toLocalInput } from './say';

describe('words for people', () => {
  it('counts who is told, by how', () => {
    expect(recipientWords({ email: 1, webhook: 0, total: 1 })).toBe('1 person by mail');
    expect(recipientWords({ email: 12, webhook: 1, total: 13 })).toBe('12 people by mail and 1 webhook');
    expect(recipientWords({ email: 0, webhook: 0, total: 0 })).toBe('nobody');
  });
  it('writes lengths of time', () => {
    expect([20, 90, 3600, 5400, 90000, 172800].map(lengthWords)).toEqual(['less than a minute', '2 min', '1 h', '1 h 30 min', '1 d 1 h', '2 d']);
  });
  it('brings an instant to an input and back, to the minute', () => {
    const at = '2026-11-25T14:30:00.000Z';
    expect(fromLocalInput(toLocalInput(at))).toBe(at);
    expect(fromLocalInput('')).toBeUndefined();
    expect(toLocalInput('nonsense')).toBe('');
  });
  it('does not fail on a zone that this browser does not know', () => {
    expect(inZone('2026-11-25T14:30:00Z', 'Mars/Olympus')).not.toBe('');
  });
  it('quotes for a shell', () => {
    expect(shellQuote("it's")).toBe(String.raw`'it'\''s'`);
  });
});
