import { expect, test } from 'vitest';
import type { CommandOutputEvent } from '../../../common/command-run.ts';
import type { ConsoleApi } from '../../../common/console-api.ts';
import type { Painter } from '../../state/painter.ts';
import { CommandRunner, type Kept } from './command-runner.ts';

const painter = { request: () => undefined } as unknown as Painter;
const ASKED = { node: 'n', command: 'process_list', arguments: {}, timeoutMs: 1000 };

/** Runs a command that writes these pieces. */
function run(pieces: readonly CommandOutputEvent[], kept?: Kept) {
  let tell: (event: CommandOutputEvent) => void = () => undefined;
  const api = {
    subscribe: (_: string, __: unknown, listener: typeof tell) => {
      tell = listener;
      return () => undefined;
    },
    request: async () => {
      for (const piece of pieces) tell(piece);
      return { commandId: 'c', status: 'ok', problem: '', exitCode: null, truncated: false };
    },
  } as unknown as ConsoleApi;
  return new CommandRunner(api, painter, kept).run(ASKED);
}

const piece = (text: string, begins = false, cut = false): CommandOutputEvent => ({ begins, text, cut });

test('of a long output the end that counts is kept, and what is gone is said', async () => {
  const pieces = [piece('', true), piece('abc'), piece('def', false, true)];
  expect(await run(pieces, { end: 'first', characters: 4 })).toMatchObject({ text: 'abcd', cut: true });
  expect(await run(pieces, { end: 'last', characters: 4 })).toMatchObject({ text: 'cdef', cut: true });
  expect(await run(pieces, { end: 'first', characters: 6 })).toMatchObject({ text: 'abcdef', cut: false });
});

test('a beginning that the host no longer has is gone, whichever end counts', async () => {
  expect(await run([piece('def', true, true), piece('g')], { end: 'first', characters: 9 })).toMatchObject({ text: 'defg', cut: true });
});
