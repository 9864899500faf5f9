import { describe, expect, it } from 'vitest';
import { cleanText } from '../../core/common/clean-text.ts';
import { toRegistryInfo } from './registry-info.ts';

describe('what a machine says of itself (9)', () => {
  it.each([
    ['', ''],
    ['  web-1\n', 'web-1'],
    ['a\u0000b\u0007c', 'abc'],
    ['\u202Eevil\u202C', 'evil'],
    ['zero\u200Bwidth', 'zerowidth'],
    ['e\u0301', 'é'],
    ['🐹 hamster', '🐹 hamster'],
    ["'; DROP TABLE", "'; DROP TABLE"],
    ['<img onerror=x>', '<img onerror=x>'],
    ['../../x', '../../x'],
  ])('%j is kept as %j', (text, kept) => expect(cleanText(text)).toBe(kept));

  it('is cut to a length without cutting a character in two', () => {
    expect(cleanText('x'.repeat(300))).toHaveLength(255);
    expect([...cleanText('🐹'.repeat(2000))]).toHaveLength(255);
    expect(cleanText('🐹'.repeat(2000))).not.toMatch(/\p{Cs}/u);
  });

  it('lets the labels of the join token stand over its own, and bounds their number', () => {
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 'v']));
    const info = toRegistryInfo({ ...toRegistryInfo(null, {}), labels: { region: 'own', ...labels } }, { region: 'gh' });
    expect(info.labels['region']).toBe('gh');
    expect(Object.keys(info.labels).length).toBeLessThanOrEqual(65);
  });

  it('leaves out a place that is none', () => {
    const labels = { latitude: '5.6', longitude: '181', city: 'Accra' };
    expect(toRegistryInfo({ ...toRegistryInfo(null, {}), labels }, {}).labels).toEqual({ latitude: '5.6', city: 'Accra' });
  });

  it('is empty where the machine says nothing', () => expect(toRegistryInfo(undefined, {})).toMatchObject({ name: '', cpuCores: 0 }));
});
