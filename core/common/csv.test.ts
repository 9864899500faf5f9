import { expect, it } from 'vitest';
import { csvLine } from './csv.ts';

it('quotes what the syntax needs, and ends lines with CRLF', () => {
  expect(csvLine(['plain', 'a,b', 'say "hi"', 'two\nlines', 1.5])).toBe('plain,"a,b","say ""hi""","two\nlines",1.5\r\n');
});

it('keeps null and the empty text apart', () => {
  expect(csvLine([null, '', 0])).toBe(',"",0\r\n');
});

it('quotes a text that begins like a formula, and disarms it when asked to', () => {
  expect(csvLine(['=cmd|calc', -5])).toBe('"=cmd|calc",-5\r\n');
  expect(csvLine(['-9223372036854775807', '-1+1', '-'], true)).toBe(`-9223372036854775807,"'-1+1","'-"\r\n`);
  expect(csvLine(['=cmd|calc', -5], true)).toBe('"\'=cmd|calc",-5\r\n');
});
