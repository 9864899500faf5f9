import { expect, it } from 'vitest';
import { grpcWords } from './grpc-words.ts';

it('leaves out a note that says nothing, and keeps one that does', () => {
  const lost = 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1.';
  expect(grpcWords(`${lost} Resolution note: `)).toBe(lost);
  expect(grpcWords(`${lost} Resolution note: no such name`)).toBe(`${lost} Resolution note: no such name`);
});
