// Amounts as people read them: what every program says alike. How many digits a figure gets is its own program's matter.

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** 1536 → 1.5 and `KiB`. */
export function inByteUnits(bytes: number): { value: number; unit: (typeof BYTE_UNITS)[number] } {
  let value = bytes;
  let at = 0;
  while (Math.abs(value) >= 1024 && at < BYTE_UNITS.length - 1) {
    value /= 1024;
    at++;
  }
  return { value, unit: BYTE_UNITS[at]! };
}

/** Whole seconds: 93_784 → `1 d 2 h`, 0 and less → `0 s`. The two largest units that say something. */
export function inTimeUnits(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** `1 row`, `2 rows`. */
export function counted(count: number, one: string, many = `${one}s`, shown: (count: number) => string = String): string {
  return `${shown(count)} ${count === 1 ? one : many}`;
}
