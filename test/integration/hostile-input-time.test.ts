// The time that a stranger's text may cost: each parser gets the longest text that it is ever given, of each class of characters, in shapes that
// make a pattern or a scan try again at every place. What takes longer than the limit takes the square of the length, or worse.
import { expect, it } from 'vitest';
import { maskCommandLine } from '../../agent/collectors/mask-command-line.ts';
import { parsePingLine } from '../../agent/probes/ping-tracker.ts';
import { parseHostPort } from '../../agent/probes/tcp-probe.ts';
import { printable, visibleWidth } from '../../cli/terminal/printable.ts';
import { cookieValue } from '../../console/web/access.ts';
import { parseBoundedJson } from '../../core/common/bounded-json.ts';
import { cleanText } from '../../core/common/clean-text.ts';
import { parseIsoTime } from '../../core/common/iso-time.ts';
import { maskText } from '../../core/common/mask-text.ts';
import { columnNameProblem, isReservedMeasurement, measurementNameProblem } from '../../core/common/measurement-names.ts';
import { nearest } from '../../core/common/nearest.ts';
import { parseFilter } from '../../core/common/node-filter.ts';
import { labelProblem } from '../../core/common/node-labels.ts';
import { parseSamples, samplesOf } from '../../core/common/push-sample.ts';
import { timeWindow } from '../../core/common/row-time.ts';
import { parseRollUpView } from '../../core/common/tier-names.ts';
import { isAbsent, isAbsentText } from '../../core/files/import/absent-words.ts';
import { encodingOf } from '../../core/files/import/csv/csv-encoding.ts';
import { CsvScanner } from '../../core/files/import/csv/csv-scanner.ts';
import { parseLine } from '../../core/files/import/ndjson/json-line.ts';
import { isNumberText, numberOf, numberOfText, withUnit } from '../../core/files/import/number-cell.ts';
import { createTimeParser, createTimeProblem } from '../../core/files/import/time/time-cell.ts';
import { guessFormat } from '../../core/files/import/time/time-format.ts';
import { createPatternReader } from '../../core/files/import/time/time-pattern.ts';
import { checkRemoteDocument } from '../../core/node/remote-settings.ts';
import { requestPath } from '../../core/node/request-path.ts';
import { parseDuration } from '../../core/node/setting-types.ts';
import { readExtractionConfig } from '../../etl/sources/prometheus/config.ts';
import { ResultSplitter } from '../../etl/sources/prometheus/result-splitter.ts';
import { parseSpan } from '../../etl/sources/prometheus/span.ts';
import { parseSecret } from '../../gateway/access/token-secret.ts';
import { frameOfEdit } from '../../gateway/fleet/dead-letters/dead-letter-row.ts';
import type { StoredLetter } from '../../gateway/fleet/dead-letters/dead-letter-store.ts';
import { guardQuery } from '../../gateway/fleet/query/query-guard.ts';
import { isNodeId } from '../../gateway/identity/node-id.ts';
import { parseSnapshot } from '../../gateway/ingest/snapshot.ts';
import { parseAgentMessage } from '../../gateway/session/agent-message.ts';

const LIMIT_MS = 50;
const MIB = 1024 * 1024;
const BODY = MIB - 200;
const HEAD = 16 * 1024;
const CELL = MIB;
const DOCUMENT = 64 * 1024;

const UNITS: readonly string[] = [
  ...[
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\0',
    '"',
    "'",
    '`',
    '\\',
    '(',
    '[',
    '{',
    '[]',
    'a',
    'é',
    '0',
    '9',
    '-',
    '/*',
    ',',
    ':',
    '.',
    '%',
    '_',
    '=',
    '$$',
    ' a',
  ],
  ...['1,', '1e', '😀', 'e\u0301', '\u200d', '\ud800', '- a', '2026-'],
];

/** Runs of a unit: alone, and with what keeps a pattern from ending at it. */
function texts(unit: string, length: number): string[] {
  const run = unit.repeat(Math.max(1, Math.floor((length - 2) / unit.length)));
  return [run, `a${run}!`];
}

const NOW_US = Date.now() * 1000;
const WINDOW = timeWindow(NOW_US, 30);
const LETTER = { measurement: 'cpu', row: { timestamp: NOW_US, v: 1 }, tags: ['t'], textFields: ['x'] } as unknown as StoredLetter;
const FORMATS = ['iso', 's', 'ms', 'us', 'ns', 'YYYY-MM-DD HH:mm:ss', 'DD.MM.YYYY HH:mm', 'MM/DD/YYYY hh:mm:ss A'];

const blanks = ['YYYY            MM DD', "YYYY ' ' ' ' ' ' ' ' ' ' MM DD", 'YYYY\t[ ]\t[ ]\t[ ] MMMM D'].map(createPatternReader);

interface Parser {
  name: string;
  longest: number;
  limitMs: number;
  /** What is given to `parse`; its time does not count. */
  prepare(text: string): string;
  parse(text: string): unknown;
}

type Case = readonly [name: string, longest: number, parse: (text: string) => unknown, more?: Partial<Parser>];

const push = (value: unknown): unknown => parseSamples(samplesOf(value) ?? [], NOW_US, WINDOW);
/** As many bytes as a cell may have. */
const inBytes = { prepare: (text: string): string => Buffer.from(text).subarray(0, CELL).toString('utf8') };
/** The library for YAML takes 10 µs for each error that it finds, and finds them all; an administrator alone, or who writes the file, gives it any. */
const YAML = { limitMs: 2000 };
/** In proportion to its length, which is enough: half a million of lists, each a value. */
const LISTS = { limitMs: 1000 };

const CASES: readonly Case[] = [
  // No more of a command line is read, and no target is longer.
  ['a command line', 4096, (text) => maskCommandLine(text, 400)],
  ['a command line: arguments', 4096, (text) => maskCommandLine(text.replaceAll(' ', '\0'), 400)],
  ['an address with secrets', 4096, (text) => maskText(`a://${text}`)],
  ['a query', 100_000, (text) => guardQuery(text)],
  ['a query: its end', 99_000, (text) => guardQuery(`select 1 ${text}`)],
  ['a query: a text', 99_000, (text) => guardQuery(`select '${text}'`)],
  ['a query: a name', 99_000, (text) => guardQuery(`select ${text}(1)`)],
  ['a filter', 2000, (text) => parseFilter(text)],
  ['a filter: a value', 1990, (text) => parseFilter(`region:${text}`)],
  ['a word that was meant', MIB, (text) => nearest(text, Array(500).fill('collectorIntervals'))],
  ['a column', BODY, (text) => columnNameProblem(text)],
  ['a measurement', BODY, (text) => [measurementNameProblem(text), isReservedMeasurement(text), parseRollUpView(text)]],
  ['a label', BODY, (text) => [labelProblem(text, 'x'), labelProblem('x', text)]],
  ['a word about a node', BODY, (text) => cleanText(text)],
  ['a node id', BODY, (text) => isNodeId(text)],
  ['a time of a sample', BODY, (text) => parseIsoTime(text)],
  ['a body', BODY, (text) => parseBoundedJson(text, 'it')],
  ['a pushed node', BODY, (text) => push({ node_id: text, v: 1 })],
  ['a pushed field', BODY, (text) => push({ node_id: 'a', [text]: 1 })],
  ['a pushed value', BODY, (text) => push({ node_id: 'a', v: text })],
  ['a pushed tag', BODY, (text) => push({ node_id: 'a', v: 1, tags: { [text]: 'x', x: text } })],
  ['a pushed time', BODY, (text) => push({ node_id: 'a', v: 1, time: text })],
  ['a pushed label', BODY, (text) => push({ node_id: 'a', v: 1, name: text, latitude: text })],
  ['pushed metadata', BODY, (text) => push({ node_id: 'a', v: 1, metadata: text })],
  ['a snapshot', BODY, (text) => parseSnapshot({ node_id: 'a', hostname: text, cpu_percent: text, [text]: 1 }, NOW_US, WINDOW)],
  [
    'an edited letter',
    BODY,
    (row) => frameOfEdit(LETTER, { row, measurement: '' }, WINDOW),
    { prepare: (text) => JSON.stringify({ timestamp: NOW_US, [text.slice(0, BODY / 16)]: 1, t: text.slice(0, BODY / 16) }) },
  ],
  ['an edited letter: its text', BODY, (text) => frameOfEdit(LETTER, { row: text, measurement: text }, WINDOW)],
  ['a bearer token', HEAD, (text) => parseSecret(text)],
  ['the target of a request', 60_000, (text) => requestPath({ url: `/${text}` })],
  ['the target of a request: its host', 60_000, (text) => requestPath({ url: `http://${text}/` })],
  ['a cookie', HEAD, (text) => cookieValue(text, 'muster_console_1')],
  ['a message of an agent', MIB, (text) => parseAgentMessage(Buffer.from(text))],
  ['rows of CSV', CELL, (text) => new CsvScanner(',', () => undefined).push(Buffer.from(text)), inBytes],
  ['rows of CSV, padded', CELL, (text) => new CsvScanner(';', () => undefined, true).push(Buffer.from(text)), inBytes],
  ['the head of a CSV file', CELL, (text) => encodingOf(Buffer.from(text)), inBytes],
  ['a line of NDJSON', CELL, (text) => parseLine(text), LISTS],
  ['a key of NDJSON', CELL, (line) => parseLine(line), { prepare: (text) => `{${JSON.stringify(text.slice(0, CELL / 8))}:1}` }],
  ['a number', CELL, (text) => [numberOf(Buffer.from(text), 0, Buffer.byteLength(text), false), numberOfText(text, true)], inBytes],
  ['a number with its unit', CELL, (text) => [withUnit(text, false), withUnit(text, true), isNumberText(text, true)], inBytes],
  ['a word for no value', CELL, (text) => [isAbsent(text), isAbsentText(text)]],
  ...FORMATS.map((format): Case => {
    const parse = createTimeParser(format, 'Europe/Berlin');
    return [`a time as ${format}`, CELL, (text) => parse(Buffer.from(text), 0, Buffer.byteLength(text)), inBytes];
  }),
  ...FORMATS.map((format): Case => {
    const problem = createTimeProblem(format, 'UTC');
    return [`what is wrong with a time as ${format}`, CELL, (text) => problem(text), inBytes];
  }),
  ['a cell of blanks under a pattern of blanks', 190, (text) => blanks.map((read) => read(`2026${text}x`))],
  ['the format of a time', CELL, (text) => guessFormat('time', [text]), inBytes],
  ['a duration', HEAD, (text) => [parseDuration(text), parseSpan(text, Date.now())]],
  ['a document from afar', DOCUMENT, (text) => checkRemoteDocument(text), YAML],
  ['a document from afar: a value', DOCUMENT, (text) => checkRemoteDocument(`name: ${text}`), YAML],
  ['a host and port', HEAD, (text) => parseHostPort(text)],
  ['a line of ping', HEAD, (text) => parsePingLine(text)],
  ['what a terminal is shown', 100_000, (text) => [printable(text), visibleWidth(text)]],
  ['an answer of Prometheus', CELL, (text) => [...new ResultSplitter().push(Buffer.from(`{"data":{"result":[${text}`))], LISTS],
  ['settings of an extraction', DOCUMENT, (text) => readExtractionConfig('x', `url: ${text}\nqueries: []\n`, {}, {}), YAML],
];

const PARSERS = CASES.map(
  ([name, longest, parse, more]): Parser => ({ ...{ name, longest, parse, limitMs: LIMIT_MS, prepare: (text) => text }, ...more }),
);

/** Milliseconds of CPU of this thread: others use the machine too. */
function timed(parse: (text: string) => unknown, text: string): number {
  const before = process.threadCpuUsage();
  try {
    parse(text);
  } catch {
    // Refused or taken: its time alone counts.
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

it.each(PARSERS)('$name of $longest characters is judged within $limitMs ms', ({ longest, limitMs, prepare, parse }) => {
  const slow: string[] = [];
  for (const unit of UNITS) {
    for (const [shape, text] of texts(unit, longest).entries()) {
      const prepared = prepare(text);
      let tookMs = timed(parse, prepared);
      // The first has the compiler's work in it, and caches are shared: the best of some counts.
      for (let again = 0; again < 4 && tookMs > limitMs && tookMs < 40 * limitMs; again++)
        tookMs = Math.min(tookMs, timed(parse, prepared));
      if (tookMs > limitMs) slow.push(`${JSON.stringify(unit)} (${shape}): ${tookMs.toFixed(0)} ms`);
    }
    if (slow.length > 2) break;
  }
  expect(slow).toEqual([]);
});
