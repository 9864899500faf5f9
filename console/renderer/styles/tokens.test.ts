import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Rgb = [number, number, number];

const CSS = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const THEMES = Object.fromEntries(['dark', 'light'].map((name) => [name, readTheme(name)])) as Record<
  'dark' | 'light',
  Record<string, string>
>;

function readTheme(name: string, also = ''): Record<string, string> {
  const block = new RegExp(`data-theme="${name}"\\]${also.replace(/[[\]]/g, '\\$&')}\\s*\\{([^}]*)\\}`).exec(CSS)?.[1] ?? '';
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((match) => [match[1], match[2]]));
}

function linear(hex: string): Rgb {
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
}

/** WCAG 2 contrast of two colours. */
function contrast(a: string, b: string): number {
  const [low, high] = [a, b]
    .map((hex) => {
      const [red, green, blue] = linear(hex);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((p, q) => p - q) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Machado et al. 2009, severity 1. */
const SIGHT: Record<string, [Rgb, Rgb, Rgb]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function apart(a: string, b: string, sight: [Rgb, Rgb, Rgb]): number {
  const see = (hex: string): Rgb => {
    const rgb = linear(hex);
    return oklab(sight.map((row) => Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]))) as Rgb);
  };
  const [p, q] = [see(a), see(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

const SERIES = Array.from({ length: 8 }, (_, index) => `series-${index + 1}`);

describe.each(['dark', 'light'] as const)('%s', (name) => {
  const theme = THEMES[name];
  const low = (token: string, limit: number, surfaces: readonly string[]): string[] =>
    surfaces
      .filter((surface) => contrast(theme[token] as string, theme[surface] as string) < limit)
      .map((surface) => `${token} on ${surface}`);

  test('text stands out at 4.5 or more, also on the tinted rail', () => {
    const plain = ['surface-0', 'surface-1', 'surface-2', 'surface-3'];
    const found = [
      ...['text-1', 'text-2', 'text-3'].flatMap((token) => low(token, 4.5, plain)),
      ...['text-1', 'text-2'].flatMap((token) => low(token, 4.5, ['rail-tint'])),
      ...['accent', 'ok', 'late', 'bad', 'hold'].flatMap((token) => low(token, 4.5, plain.slice(0, 3))),
      ...low('on-accent', 4.5, ['accent']),
    ];
    expect(found).toEqual([]);
  });

  test('marks stand out at 3 or more', () => {
    expect(['mute', 'past', 'ctx', ...SERIES].flatMap((token) => low(token, 3, ['surface-0', 'surface-1', 'surface-2']))).toEqual([]);
  });

  test.each(Object.keys(SIGHT))('the eight series stay apart for %s sight', (kind) => {
    const near = SERIES.flatMap((a, index) =>
      SERIES.slice(0, index)
        .filter((b) => apart(theme[a] as string, theme[b] as string, SIGHT[kind] as [Rgb, Rgb, Rgb]) < 0.09)
        .map((b) => `${a} and ${b}`),
    );
    expect(near).toEqual([]);
  });
});

describe.each(['dark', 'light'] as const)('%s, high contrast', (name) => {
  const theme = { ...THEMES[name], ...readTheme(name, '[data-contrast="more"]') };
  const low = (tokens: readonly string[], limit: number, surfaces: readonly string[]): string[] =>
    tokens.flatMap((token) =>
      surfaces
        .filter((surface) => contrast(theme[token] as string, theme[surface] as string) < limit)
        .map((surface) => `${token} on ${surface}`),
    );
  const plain = ['surface-0', 'surface-1', 'surface-2', 'surface-3'];

  test('text and states stand out at 7 or more, marks and the lines of controls at 4.5', () => {
    expect([
      ...low(['text-1', 'text-2', 'text-3'], 7, plain),
      ...low(['accent', 'ok', 'late', 'bad', 'hold'], 7, plain.slice(0, 3)),
      ...low(['on-accent'], 7, ['accent']),
      ...low(['mute', 'past', 'line-2'], 4.5, plain.slice(0, 3)),
    ]).toEqual([]);
  });

  test('only names that the theme has', () => {
    expect(Object.keys(readTheme(name, '[data-contrast="more"]')).filter((token) => !Object.hasOwn(THEMES[name], token))).toEqual([]);
  });
});

test.each(['dark', 'light'] as const)('%s: the colours of contexts are seen, and text can be read on their tints', (name) => {
  const theme = THEMES[name];
  const found = ['teal', 'plum', 'blue', 'olive', 'slate'].flatMap((colour) => [
    ...['surface-0', 'surface-1', `tint-${colour}`].filter(
      (surface) => contrast(theme[`ctx-${colour}`] as string, theme[surface] as string) < 3,
    ),
    ...['text-1', 'text-2'].filter((text) => contrast(theme[text] as string, theme[`tint-${colour}`] as string) < 4.5),
  ]);
  expect(found).toEqual([]);
});

test('both themes define every name', () => {
  expect(Object.keys(THEMES.light).sort()).toEqual(Object.keys(THEMES.dark).sort());
});
