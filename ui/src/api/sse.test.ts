import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventParser } from './sse';

describe('EventParser', () => {
  it('reads events, ids, comments and joined data', () => {
    const parser = new EventParser();
    expect(parser.push(': heartbeat\n\nid: 7\nevent: commit\ndata: {"a":\ndata: 1}\n\n')).toEqual([
      { id: '7', event: 'commit', data: '{"a":\n1}' },
    ]);
    expect(parser.push('data: next\n\n')).toEqual([{ id: '7', event: 'message', data: 'next' }]);
  });

  it('gives the same events however the stream is cut', () => {
    const text = 'id: 1\r\nevent: commit\r\ndata: one\r\n\r\n: beat\n\nid: 2\ndata: two\n\nevent: reset\ndata:\n\n';
    const whole = new EventParser().push(text);
    expect(whole).toHaveLength(3);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
        const parser = new EventParser();
        const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
        const events = edges.slice(1).flatMap((end, i) => parser.push(text.slice(edges[i], end)));
        expect(events).toEqual(whole);
      }),
    );
  });
});
