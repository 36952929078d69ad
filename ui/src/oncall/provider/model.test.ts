import { describe, expect, it } from 'vitest';
import { headerLines, headersOf } from './model';

describe('headers of a provider', () => {
  it('reads lines, and writes them again', () => {
    const read = headersOf('Authorization: Bearer a:b\n\nX-Team:  press \n');
    expect(read).toEqual({ headers: { Authorization: 'Bearer a:b', 'X-Team': 'press' } });
    expect(headerLines('headers' in read ? read.headers : {})).toBe('Authorization: Bearer a:b\nX-Team: press');
  });
  it.each(['Bearer', ': x', 'two words: x'])('refuses %s', (line) => expect(headersOf(`A: b\n${line}`)).toEqual({ problem: 'Line 2 is not “Name: value”.' }));
});
