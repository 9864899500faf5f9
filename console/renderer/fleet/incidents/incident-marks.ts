// Events that may explain what the strip shows, as marks on its time; and which of them have room for their words. Pure.
import { stateOfKind } from '../../../../core/common/state-events.ts';
import { numericColumn, type QueryResult, textColumn } from '../../../common/query-result.ts';
import { formatNumber } from '../../widgets/format.ts';

export interface IncidentMark {
  timeMs: number;
  tone: 'bad' | 'late' | 'accent' | 'mute';
  words: string;
  /** The node it happened on, where it was one. */
  nodeId: string;
}

const TONES: Record<string, IncidentMark['tone']> = {
  config_applied: 'accent',
  config_refused: 'late',
  config_rolled_back: 'bad',
  agent_started: 'mute',
  booted: 'late',
  network_changed: 'mute',
  oom_kill: 'bad',
};
/** Worst first: they get their words first. */
const RANK = ['bad', 'accent', 'late', 'mute'];
/** A start so soon after the machine's is the machine's. */
const BOOT_MS = 600_000;
const MAX_WORDS = 48;

export function readMarks(events: QueryResult, ooms: QueryResult | null, nameOf: (nodeId: string) => string): IncidentMark[] {
  const marks: IncidentMark[] = [];
  const columns = ['kind', 'severity', 'node_id', 'text', 'attributes'].map((name) => textColumn(events, name));
  const [at, nodes] = [numericColumn(events, 'at'), numericColumn(events, 'nodes')];
  for (let row = 0; row < events.rows; row++) {
    const [kind = '', severity = '', nodeId = '', text = '', attributes = ''] = columns.map((column) => column[row] ?? '');
    const timeMs = (at?.[row] ?? Number.NaN) / 1000;
    if (Number.isNaN(timeMs)) continue;
    const seen = kind === 'agent_started' && wasBoot(attributes, timeMs) ? 'booted' : kind;
    const tone = TONES[seen] ?? (severity === 'error' ? 'bad' : severity === 'warning' ? 'late' : 'mute');
    const what = seen === 'booted' ? 'machine started' : (stateOfKind(kind)?.replaceAll('_', ' ') ?? text);
    marks.push({ timeMs, tone, ...describe(what, nodes?.[row] ?? 1, nodeId, nameOf) });
  }
  if (ooms !== null) {
    const ids = textColumn(ooms, 'node_id');
    const times = numericColumn(ooms, 'at');
    const counts = numericColumn(ooms, 'nodes');
    for (let row = 0; row < ooms.rows; row++) {
      const timeMs = (times?.[row] ?? Number.NaN) / 1000;
      marks.push({ timeMs, tone: 'bad', ...describe('OOM kill', counts?.[row] ?? 1, ids[row] ?? '', nameOf) });
    }
  }
  return marks.filter(({ timeMs }) => Number.isFinite(timeMs)).sort((a, b) => a.timeMs - b.timeMs);
}

function describe(what: string, nodes: number, nodeId: string, nameOf: (nodeId: string) => string): Pick<IncidentMark, 'words' | 'nodeId'> {
  const short = what.length > MAX_WORDS ? `${what.slice(0, MAX_WORDS - 1)}…` : what;
  return nodes > 1 ? { words: `${short}, ${formatNumber(nodes)} nodes`, nodeId: '' } : { words: `${nameOf(nodeId)}: ${short}`, nodeId };
}

function wasBoot(attributes: string, timeMs: number): boolean {
  const bootUs = Number(/"boot_us":"(\d+)"/.exec(attributes)?.[1] ?? Number.NaN);
  return timeMs - bootUs / 1000 < BOOT_MS;
}

export interface PlacedMark extends IncidentMark {
  x: number;
  /** Where its words stand; undefined without room: then they show on hover and to screen readers. */
  side: 'right' | 'left' | undefined;
}

const CHARACTER_WIDTH = 6.1;
const MARK_WIDTH = 12;

/** Words never overlap other words or marks, nor the `lead` at the left; the worst event is heard first. */
export function placeMarks(marks: readonly IncidentMark[], toX: (timeMs: number) => number, width: number, lead = ''): PlacedMark[] {
  const placed: PlacedMark[] = marks.map((mark) => ({ ...mark, x: toX(mark.timeMs), side: undefined }));
  const taken: [number, number][] = placed.map(({ x }) => [x - 3, x + 3]);
  if (lead !== '') taken.push([0, lead.length * CHARACTER_WIDTH + MARK_WIDTH]);
  const byRank = [...placed].sort((a, b) => RANK.indexOf(a.tone) - RANK.indexOf(b.tone));
  for (const mark of byRank) {
    const length = mark.words.length * CHARACTER_WIDTH + MARK_WIDTH;
    const spots: ['right' | 'left', number, number][] = [
      ['right', mark.x + 4, mark.x + length],
      ['left', mark.x - length, mark.x - 4],
    ];
    const free = spots.find(([, from, to]) => from >= 0 && to <= width && taken.every(([start, end]) => end <= from || start >= to));
    if (free === undefined) continue;
    mark.side = free[0];
    taken.push([free[1], free[2]]);
  }
  return placed;
}
