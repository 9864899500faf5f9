// `muster dead-letters`: what was set aside and why; sends it again, throws it away, writes it out.
import { createWriteStream } from 'node:fs';
import { Command } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { DeadLetter, DiscardDeadLettersRequest } from '../../proto/gen/messages.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { toMs } from '../fleet/node-table.ts';
import { confirm, type Question } from '../terminal/confirm.ts';
import { toJsonLine } from '../terminal/output.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext, wholeNumber, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  limit: number;
  reason: string;
  json?: true;
  row: string;
  measurement: string;
  upTo?: number;
  yes?: true;
  output?: string;
}

const PAGE = 1000;
const CHANGE_WITHIN_MS = 120_000;

const COLUMNS: Column<DeadLetter>[] = [
  { header: 'ID', text: ({ id }) => String(id), align: 'right' },
  { header: 'TIME', text: ({ time }) => isoTime(time) },
  { header: 'NODE ID', text: ({ nodeId }) => nodeId },
  { header: 'MEASUREMENT', text: ({ measurement }) => measurement || '-' },
  { header: 'REASON', text: ({ reason }) => reason },
  { header: 'BEFORE', text: ({ history }) => (history.length === 0 ? '' : `${history.length}×`), align: 'right' },
  { header: 'DETAIL', text: ({ detail }) => detail, maxWidth: 120 },
];

export function deadLettersCommand(context: CommandContext): Command {
  return new Command('dead-letters')
    .description('Look at rows and messages that were set aside, send them again or throw them away')
    .addHelpText(
      'after',
      `
Examples:
  muster dead-letters --reason not_finite
  muster dead-letters show 17
  muster dead-letters replay 17 --row '{"timestamp":"2026-11-23T08:15:00Z","host":"a","value":1}'
  muster dead-letters replay --reason type_changed
  muster dead-letters export --reason malformed --output letters.ndjson
  muster dead-letters discard --reason malformed --up-to 88`,
    )
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(showCommand(context))
    .addCommand(replayCommand(context))
    .addCommand(discardCommand(context))
    .addCommand(exportCommand(context));
}

function listCommand(context: CommandContext): Command {
  return withTarget(new Command('list'))
    .description('The newest, with their reasons (the default)')
    .option('--limit <n>', 'at most this many', wholeNumber(1, 10_000), 100)
    .option('--reason <word>', 'only this reason', '')
    .option('--json', 'one JSON document, with the rows themselves')
    .action(
      action<Options>(context, async ({ limit, reason, ...options }) => {
        const { output } = context;
        const { deadLetters, byReason } = await withClient(context, options, async (client) => {
          const letters: DeadLetter[] = [];
          for await (const letter of eachLetter(client, reason, limit)) letters.push(letter);
          return { deadLetters: letters, byReason: (await client.call('listDeadLetters', { limit: 1, reason: '', beforeId: 0 })).byReason };
        });
        if (options.json) {
          output.json({ deadLetters, byReason });
          return EXIT.ok;
        }
        for (const line of tableLines(COLUMNS, deadLetters, output.paint.bold)) output.line(line);
        const counts = Object.entries(byReason).map(([word, count]) => `${count} ${word}`);
        output.note(counts.length === 0 ? 'no dead letters' : `all: ${counts.join(', ')}`);
        return EXIT.ok;
      }),
    );
}

function showCommand(context: CommandContext): Command {
  return withTarget(new Command('show'))
    .description('One with its row or what its bytes hold, and what it was set aside for before')
    .argument('<id>', 'number of the letter')
    .option('--json', 'one JSON document')
    .action(
      action<Options>(context, async (options, [id = '']) => {
        const letter = await withClient(context, options, (client) => client.call('getDeadLetter', { id: letterId(id) }));
        if (options.json) context.output.json(letter);
        else for (const line of letterLines(letter)) context.output.line(line);
        return EXIT.ok;
      }),
    );
}

function replayCommand(context: CommandContext): Command {
  return withTarget(new Command('replay'))
    .description('Send letters on their way again; one that fails again comes back with its history')
    .argument('[id...]', 'numbers of letters')
    .option('--reason <word>', 'all of this reason instead, the oldest 10,000', '')
    .option(
      '--up-to <id>',
      'with --reason: none newer than this letter (default: the newest there is now)',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--row <json>', 'send this row instead, for one letter', '')
    .option('--measurement <name>', 'send the row to this measurement instead, for one letter', '')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExit code: 0 when all named are on their way, 1 when one could not be replayed.')
    .action(
      action<Options>(context, async (options, ids) => {
        const { row, measurement } = options;
        const named = namedLetters(ids, options, 'send again');
        const { replayed, problems } = await withClient(context, options, async (client) => {
          const choice = await chooseLetters(client, named, options);
          if (choice.count === 0) return { replayed: 0, problems: [] };
          return client.call('replayDeadLetters', { ...choice.request, editedRow: row, measurement }, { timeoutMs: CHANGE_WITHIN_MS });
        });
        if (options.json) context.output.json({ replayed, problems });
        else context.output.line(`${counted(replayed)} replayed`);
        for (const problem of options.json ? [] : problems) context.output.note(problem);
        return problems.length === 0 ? EXIT.ok : EXIT.failure;
      }),
    );
}

function discardCommand(context: CommandContext): Command {
  return withTarget(new Command('discard'))
    .description('Throw letters away for good')
    .argument('[id...]', 'numbers of letters')
    .option('--reason <word>', 'all of this reason instead', '')
    .option(
      '--up-to <id>',
      'with --reason: none newer than this letter (default: the newest there is now)',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--yes', 'do not ask')
    .option('--json', 'one JSON document')
    .action(
      action<Options>(context, async (options, ids) => {
        const named = namedLetters(ids, options, 'throw away');
        const { discarded } = await withClient(context, options, async (client) => {
          const choice = await chooseLetters(client, named, options);
          if (choice.count === 0) return { discarded: 0 };
          if (!options.yes) await confirm(discarding(choice.words));
          return client.call('discardDeadLetters', choice.request, { timeoutMs: CHANGE_WITHIN_MS });
        });
        if (options.json) context.output.json({ discarded });
        else context.output.line(`${counted(discarded)} discarded`);
        return EXIT.ok;
      }),
    );
}

function exportCommand(context: CommandContext): Command {
  return withTarget(new Command('export'))
    .description('Write letters as lines of JSON, newest first; bytes are base64')
    .option('--reason <word>', 'only this reason', '')
    .option('--output <file>', 'into this file instead of stdout')
    .action(
      action<Options>(context, async ({ reason, output: path, ...options }) => {
        const file = path === undefined ? undefined : createWriteStream(path, { mode: 0o600 });
        const failed = new Promise<never>((_, reject) =>
          file?.once('error', (error) => reject(new MusterError('invalid_argument', `${path} cannot be written: ${error.message}`, error))),
        );
        let count = 0;
        let newest = 0;
        const write = async (client: FleetClient): Promise<void> => {
          for await (const letter of eachLetter(client, reason, Number.POSITIVE_INFINITY)) {
            const line = letterLine(letter);
            if (file === undefined) await context.output.write(line);
            else if (!file.write(line)) await new Promise((resolve) => file.once('drain', () => resolve(undefined)));
            count++;
            newest = Math.max(newest, letter.id);
          }
          if (file !== undefined) await new Promise<void>((resolve) => file.end(resolve));
        };
        await Promise.race([withClient(context, options, write), failed]);
        context.output.note(`${counted(count)} exported${count === 0 ? '' : `, up to letter ${newest}`}`);
        return EXIT.ok;
      }),
    );
}

interface Choice {
  request: DiscardDeadLettersRequest;
  /** `3 dead letters`, `all 40 dead letters of not_finite up to letter 88`. */
  words: string;
  /** 0 where there is nothing to do. */
  count: number;
}

/** Throws where numbers and a reason are given, or neither. Empty where there is a reason. */
function namedLetters(given: readonly string[], { reason, upTo }: Options, doing: string): number[] {
  if (given.length > 0 === (reason !== '')) {
    throw new MusterError('invalid_argument', `which letters to ${doing} is not clear: give their numbers, or --reason`);
  }
  if (upTo !== undefined && reason === '') throw new MusterError('invalid_argument', '--up-to goes with --reason: leave it out');
  return given.map(letterId);
}

/** Made once, before the question: those that come while it is open are not in it. */
async function chooseLetters(client: FleetClient, ids: number[], { reason, upTo }: Options): Promise<Choice> {
  if (ids.length > 0) {
    return { request: { ids, reason: '', upToId: 0 }, words: counted(ids.length), count: ids.length };
  }
  const { deadLetters, byReason } = await client.call('listDeadLetters', { limit: 1, reason, beforeId: 0 });
  const count = byReason[reason] ?? 0;
  const upToId = upTo ?? deadLetters[0]?.id ?? 0;
  const many = upTo === undefined ? `all ${counted(count)}` : 'the dead letters';
  return { request: { ids: [], reason, upToId }, words: `${many} of ${reason} up to letter ${upToId}`, count: upToId === 0 ? 0 : count };
}

/** Page by page, newest first. */
async function* eachLetter(client: FleetClient, reason: string, limit: number): AsyncGenerator<DeadLetter> {
  let beforeId = 0;
  for (let left = limit; left > 0; ) {
    const page = await client.call('listDeadLetters', { limit: Math.min(PAGE, left), reason, beforeId });
    yield* page.deadLetters;
    left -= page.deadLetters.length;
    beforeId = page.nextBeforeId;
    if (beforeId === 0) return;
  }
}

/** A line of JSON with the row as an object rather than as text in text, and as it is: none of its columns is taken for a word of the codec. */
export function letterLine(letter: DeadLetter): string {
  const { row, time, raw, history, decoded: _, ...rest } = letter;
  const line = toJsonLine({
    ...rest,
    time: isoTime(time),
    ...(raw.length === 0 ? {} : { raw }),
    history: history.map((life) => ({ ...life, time: isoTime(life.time) })),
  });
  return row === '' ? line : line.replace(/\}\n$/, () => `,"row":${JSON.stringify(JSON.parse(row))}}\n`);
}

function letterLines(letter: DeadLetter): string[] {
  const { id, time, nodeId, measurement, reason, detail, epoch, seq, row, raw, decoded, tags, textFields, history } = letter;
  return [
    `letter       ${id}`,
    `time         ${isoTime(time)}`,
    `node         ${nodeId || '-'}`,
    `measurement  ${measurement || '-'}`,
    `reason       ${reason}`,
    `detail       ${detail}`,
    `batch        ${epoch === '' ? '-' : `${epoch} number ${seq}`}`,
    ...(row === ''
      ? []
      : [`row          ${row}`, `tags         ${tags.join(', ') || '-'}`, `texts        ${textFields.join(', ') || '-'}`]),
    ...(raw.length === 0 ? [] : [`bytes        ${raw.length}`]),
    ...(decoded === '' ? [] : ['holds', JSON.stringify(JSON.parse(decoded), undefined, 2)]),
    ...history.map((life) => `before       ${life.id} at ${isoTime(life.time)}: ${life.reason}, ${life.detail}`),
  ];
}

function isoTime(time: DeadLetter['time']): string {
  return new Date(toMs(time) ?? 0).toISOString();
}

function letterId(text: string): number {
  const id = Number(text);
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(id)) return id;
  throw new MusterError(
    'invalid_argument',
    `${JSON.stringify(text.slice(0, 40))} is no number of a letter: list them with muster dead-letters`,
  );
}

function counted(count: number): string {
  return count === 1 ? '1 dead letter' : `${count} dead letters`;
}

function discarding(what: string): Question {
  return {
    question: `Throw ${what} away for good?`,
    unasked: `${what} would be thrown away for good: say so with --yes`,
    refused: 'nothing was thrown away',
  };
}
