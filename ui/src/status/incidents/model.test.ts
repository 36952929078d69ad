import { describe, expect, it } from 'vitest';
import type { Component, Incident, Template } from '../wire';
import { changesOf, emptyDraft, flat, nextStatuses, previewOf, problemsOf, question, sentOf, spanOf, updateDraft, withStatus, withTemplate } from './model';

const now = Date.parse('2026-11-25T12:34:00Z');
const component = (id: string, more: Partial<Component> = {}): Component => ({ id, name: id.toUpperCase(), description: '', group: false, status: 'operational', position: 0, showcase: true, onlyShowIfDegraded: false, startDate: '', ...more });
const template: Template = { id: 't', name: 'Slow', title: 'Slow answers', body: 'We look.', update_status: 'identified', should_send_notifications: false, components: [{ id: 'a', name: 'A' }] };

describe('a draft', () => {
  it('of planned work begins at a full hour of tomorrow and does everything by itself', () => {
    const draft = emptyDraft('maintenance', now);
    expect(draft.from).toBe('2026-11-26T13:00:00.000Z');
    expect(draft.until).toBe('2026-11-26T14:00:00.000Z');
    expect(draft.autoStart && draft.autoComplete && draft.remind).toBe(true);
  });
  it('says what is missing', () => {
    expect(Object.keys(problemsOf(emptyDraft('incident', now), 'incident', true, now))).toEqual(['name', 'body']);
    const draft = { ...emptyDraft('maintenance', now), name: 'x', body: 'y' };
    expect(problemsOf(draft, 'maintenance', true, now)).toEqual({});
    expect(problemsOf({ ...draft, until: draft.from }, 'maintenance', true, now)).toHaveProperty('until');
    expect(problemsOf({ ...emptyDraft('past', now), name: 'x', body: 'y', backfill: '2030-01-01T00:00:00Z' }, 'past', true, now)).toHaveProperty('backfill');
  });
  it('takes what a template says and keeps what was chosen', () => {
    const draft = withTemplate({ ...emptyDraft('incident', now), components: { a: 'major_outage' } }, template, 'incident', 'degraded_performance');
    expect(draft).toMatchObject({ name: 'Slow answers', status: 'identified', notify: false, components: { a: 'major_outage' } });
    expect(withTemplate(emptyDraft('maintenance', now), template, 'maintenance', 'operational').status).toBe('scheduled');
  });
  it('makes components well when it is over, and takes that back', () => {
    const draft = { ...emptyDraft('incident', now), components: { a: 'major_outage' as const } };
    const over = withStatus(draft, 'resolved', draft.components);
    expect(over.components).toEqual({ a: 'operational' });
    expect(withStatus(over, 'monitoring', draft.components).components).toEqual({ a: 'major_outage' });
  });
});

describe('what is sent', () => {
  it('leaves the components of planned work alone until it begins', () => {
    const draft = { ...emptyDraft('maintenance', now), name: ' Disk ', body: 'x', components: { a: 'under_maintenance' as const }, autoComplete: false };
    const { incident } = sentOf(draft, 'maintenance', true);
    expect(incident).toMatchObject({ name: 'Disk', component_ids: ['a'], scheduled_auto_completed: false, auto_transition_to_operational_state: false });
    expect(incident).not.toHaveProperty('components');
    expect(previewOf(draft, 'maintenance', '')).not.toHaveProperty('components');
  });
  it('tells nobody of the past and changes nothing of now', () => {
    const { incident } = sentOf({ ...emptyDraft('past', now), notify: true, components: { a: 'major_outage' } }, 'past', true);
    expect(incident).toMatchObject({ backfilled: true, deliver_notifications: false, component_ids: ['a'] });
    expect(incident).not.toHaveProperty('components');
  });
});

describe('the last question', () => {
  const draft = emptyDraft('incident', now);
  it('names how many are told', () => {
    expect(question(draft, 'incident', true, { email: 12, webhook: 1, total: 13 })).toEqual({ title: 'Open the incident and tell 12 people by mail and 1 webhook?', act: 'Open and tell 13 subscribers' });
    expect(question({ ...draft, notify: false }, 'incident', false, { email: 12, webhook: 1, total: 13 }).title).toBe('Publish the update and tell nobody?');
  });
  it('lists only what changes', () => {
    const all = [component('g', { group: true, members: [component('a'), component('b')] })];
    expect(flat(all).map((one) => one.in)).toEqual(['G', 'G']);
    expect(changesOf({ ...draft, components: { a: 'major_outage', b: 'operational' } }, 'incident', all)).toEqual(['A: Operational → Major outage']);
  });
});

describe('an incident', () => {
  const incident = { id: 'i', name: 'n', status: 'in_progress', scheduled_for: '2026-11-25T12:00:00Z', scheduled_until: '2026-11-25T13:00:00Z', started_at: '2026-11-25T12:00:00Z', resolved_at: null, impact_override: null, components: [{ id: 'a', name: 'A', status: 'partial_outage' }] } as unknown as Incident;
  it('of planned work goes only forwards', () => {
    expect(nextStatuses(incident)).toEqual(['in_progress', 'verifying', 'completed']);
    expect(nextStatuses({ status: 'resolved', scheduled_for: null })).toHaveLength(4);
  });
  it('lasts until now while it is open', () => {
    expect(spanOf(incident, now)).toBe(34 * 60);
    expect(spanOf({ ...incident, status: 'scheduled' }, now)).toBe(3600);
  });
  it('is continued from how things are', () => {
    expect(updateDraft(incident, now)).toMatchObject({ body: '', components: { a: 'partial_outage' }, status: 'in_progress' });
  });
});
