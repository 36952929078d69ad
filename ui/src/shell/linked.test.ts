import { describe, expect, it } from 'vitest';
import { linked } from './LinkedText';

describe('texts', () => {
  it('finds addresses and leaves the full stop out', () => {
    expect(linked('See https://runbooks.example/7. Then call.')).toEqual([
      { text: 'See ', link: false },
      { text: 'https://runbooks.example/7', link: true },
      { text: '. Then call.', link: false },
    ]);
  });
});
