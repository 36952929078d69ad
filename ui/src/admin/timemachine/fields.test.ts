import { describe, expect, it } from 'vitest';
import { fieldName, fieldValue, told } from './fields';

describe('fields of a preview', () => {
  it.each([
    ['Summary', 'Summary'],
    ['homepage id', 'Home page'],
    ['component ids', 'Components'],
    ['visible to', 'Seen by'],
    ['message', 'Message'],
    ['pm body', 'Postmortem'],
  ])('%s is %s', (field, name) => expect(fieldName(field)).toBe(name));

  it('leaves out what only machines read', () => {
    expect(['Fix versions', 'title', 'title fold', 'email key', 'fingerprint'].filter(told)).toEqual(['Fix versions', 'title']);
  });

  it('says values in words', () => {
    expect(fieldValue('enabled', 1)).toBe('yes');
    expect(fieldValue('count', 1)).toBe('1');
    expect(fieldValue('tags', '["cider","hall-2"]')).toBe('cider, hall-2');
    expect(fieldValue('settings', '{"timeZone":"Europe/Berlin","showUptime":true}')).toBe('time zone: Europe/Berlin, show uptime: yes');
    expect(fieldValue('message', '[urgent] press')).toBe('[urgent] press');
  });
});
