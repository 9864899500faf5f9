import { expect, it } from 'vitest';
import { FloorHistory, REWIND_MS } from './floor-history.ts';

it('does not know before it has watched for long enough', () => {
  const history = new FloorHistory();
  history.note(100, 0);
  expect(history.safe(REWIND_MS - 1)).toBe(0);
});

it('names the newest floor that is old enough', () => {
  const history = new FloorHistory();
  for (let ms = 0; ms <= 2 * REWIND_MS; ms += 5000) history.note(ms / 1000, ms);
  expect(history.safe(2 * REWIND_MS)).toBe(REWIND_MS / 1000);
});
