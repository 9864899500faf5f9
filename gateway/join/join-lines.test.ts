import { expect, test } from 'vitest';
import { joinLines, TOKEN_PLACE } from './join-lines.ts';

const SUM = 'ab'.repeat(32);

test('every line checks the CA before it runs anything, and shows the token to no list of processes and no address', () => {
  const lines = joinLines('10.0.0.5:7443', SUM, ['linux-x64']);
  expect(lines.map(({ system }) => system)).toEqual(['linux', 'container', 'macos', 'windows']);
  for (const { text } of lines) {
    expect(text).not.toContain('\n');
    expect(text.split(TOKEN_PLACE)).toHaveLength(2);
    expect(text.indexOf(SUM)).toBeGreaterThan(text.indexOf('/join/ca.pem'));
    expect(text.indexOf(SUM)).toBeLessThan(
      Math.max(text.indexOf('/join/linux'), text.indexOf('/join/macos'), text.indexOf('/join/windows')),
    );
    for (const url of text.match(/https:[^' ]+/g) ?? []) expect(url).not.toContain(TOKEN_PLACE);
  }
});

test('a gateway without executables says what the machine needs instead', () => {
  expect(joinLines('a:1', SUM, [])[0]?.needs).toContain('Node 24');
  expect(joinLines('a:1', SUM, ['linux-x64'])[0]?.needs).toBe('');
});
