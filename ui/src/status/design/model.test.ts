import { describe, expect, it } from 'vitest';
import { activityText, changedFields, designProblems, framed, sheetsOf } from './model';

const look = { accent: '', css: '', footer: '', layout: '', logoAlt: '', description: '', headline: '' };
const html = '<!doctype html><html><head><link rel="stylesheet" href="./assets/a.css"><script>x</script></head><body><main>hi</main><footer><div class="inner"><p>old</p></div></footer></body></html>';

describe('a design', () => {
  it('knows what changed', () => {
    expect(changedFields(look, { ...look, css: 'a{}' })).toEqual(['css']);
  });
  it('says what will be refused', () => {
    expect(designProblems({ ...look, accent: 'red', css: 'a{ /* } */' })).toEqual({ accent: expect.any(String), css: expect.any(String) });
    expect(designProblems({ ...look, accent: '#AABBCC', css: 'a{}' })).toEqual({});
  });
  it('finds the style sheets of a page', () => {
    expect(sheetsOf(html, '/s/acme/status/')).toEqual(['/s/acme/status/assets/a.css']);
  });
  it('is shown without anything that runs', () => {
    const out = framed(html, '/status/', 'b{}', { footer: 'new', layout: 'wide', headline: '' });
    expect(out).not.toContain('script');
    expect(out).not.toContain('stylesheet');
    expect(out).toContain('<base href="/status/">');
    expect(out).toContain('<p>new</p>');
    expect(out).toContain('class="wide"');
  });
});

describe('the activity', () => {
  it('reads as a sentence, also for what is new', () => {
    expect(activityText('incident.resolved', 'Sign-in')).toBe('resolved Sign-in');
    expect(activityText('subscriber.import', '12')).toBe('imported 12 subscribers');
    expect(activityText('thing.new_deed', 'x')).toBe('thing: new deed x');
  });
});
