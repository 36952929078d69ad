import { describe, expect, it } from 'vitest';
import { designStyle, forScheme, insideStyle, onColour } from './scheme';

describe('a style for a scheme', () => {
  const style = 'a{color:red}@media (prefers-color-scheme:dark){a{color:blue}}@media (prefers-color-scheme: light){a{color:green}}';
  it('keeps what counts and switches off the rest', () => {
    expect(forScheme(style, 'dark')).toBe('a{color:red}@media all{a{color:blue}}@media not all{a{color:green}}');
    expect(forScheme(style, 'light')).toBe('a{color:red}@media not all{a{color:blue}}@media all{a{color:green}}');
  });
  it('cannot end its element', () => {
    expect(insideStyle('a</STYLE><script>')).not.toMatch(/<\/style/i);
  });
});

describe('a design', () => {
  it('writes readable words on its colour', () => {
    expect(onColour('#ffee00')).toBe('#111');
    expect(onColour('#102030')).toBe('#fff');
  });
  it('takes no colour that is none', () => {
    expect(designStyle('red', 'b{}')).toBe('b{}');
    expect(designStyle('#102030', 'b{}')).toContain('--accent:#102030');
  });
});
