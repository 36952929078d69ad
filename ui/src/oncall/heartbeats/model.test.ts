import { describe, expect, it } from 'vitest';
import type { Heartbeat } from '../wire';
import { dueAt, goodName, intervalText, pingCommand, stateOf } from './model';

const beat: Heartbeat = { name: 'nightly backup', description: '', interval: 10, intervalUnit: 'minutes', enabled: true, expired: false, alertTags: [], alertPriority: 'P3' };

describe('heartbeats', () => {
  it('says how one is', () => {
    expect(stateOf(beat).word).toBe('waiting for the first ping');
    expect(stateOf({ ...beat, lastPingTime: '2026-01-01T00:00:00Z' }).word).toBe('alive');
    expect(stateOf({ ...beat, lastPingTime: '2026-01-01T00:00:00Z', expired: true }).word).toBe('missed');
    expect(stateOf({ ...beat, expired: true, enabled: false }).word).toBe('off');
  });
  it('knows when the next ping is due', () => {
    expect(dueAt(beat)).toBeNull();
    expect(dueAt({ ...beat, lastPingTime: '2026-01-01T00:00:00Z' })).toBe(Date.parse('2026-01-01T00:10:00Z'));
  });
  it('says its interval and its command', () => {
    expect(intervalText({ interval: 1, intervalUnit: 'days' })).toBe('every day');
    expect(intervalText(beat)).toBe('every 10 minutes');
    expect(pingCommand('https://x.example', 'nightly backup')).toContain('https://x.example/v2/heartbeats/nightly%20backup/ping');
  });
  it('takes names that fit an address', () => {
    expect([goodName('nightly-backup'), goodName('a/b'), goodName(' ')]).toEqual([true, false, false]);
  });
});
