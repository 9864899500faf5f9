import { expect, it } from 'vitest';
import { KnownMessages } from './known-messages.ts';

const message = (seq: number, redelivered = false, timestampNanos = 1) => ({ seq, redelivered, info: { timestampNanos } });

it('knows another copy of what is held and of what is stored, and takes again what was given back', () => {
  const known = new KnownMessages();
  const [first, second] = [message(1), message(2, true)];
  expect(known.take(first)).toBe('new');
  expect(known.take(message(1, true))).toBe('held');
  known.stored([first]);
  expect(known.take(message(1, true))).toBe('stored');
  expect(known.take(second)).toBe('new');
  known.released([second]);
  expect(known.take(message(2, true))).toBe('new');
});

it('takes for new what a consumer delivers that was made anew, and what another stream does', () => {
  const known = new KnownMessages();
  const first = message(1);
  known.take(first);
  known.stored([first]);
  expect(known.take(message(1))).toBe('new');
  expect(known.take(message(1, true, 2))).toBe('new');
});

it('forgets at a rewind also what is held: it may be stored in part alone', () => {
  const known = new KnownMessages();
  const [before, after] = [message(1), message(1)];
  known.take(before);
  known.clear();
  expect(known.take(after)).toBe('new');
  known.stored([before]);
  expect(known.take(message(1, true))).toBe('held');
  known.released([after]);
  expect(known.take(message(1, true))).toBe('new');
});

it('remembers a bounded number', () => {
  const known = new KnownMessages();
  const all = Array.from({ length: 30_000 }, (_, seq) => message(seq));
  for (const one of all) known.take(one);
  known.stored(all);
  expect(known.take(message(29_999, true))).toBe('stored');
  expect(known.take(message(1, true))).toBe('new');
});
