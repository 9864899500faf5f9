// Probe paths as arcs between circles: the worst of each pair, with a label where there is room.

import type { Health } from '../probes/probe-health.ts';
import type { ProbePath } from '../probes/probe-paths.ts';
import { formatShort } from '../widgets/format.ts';
import type { ShownCluster } from './cluster-layer.tsx';
import { type Box, overlap, textWidth } from './label-layout.ts';

export interface Arc {
  key: string;
  /** Of the path it stands for: the worst between the two. */
  path: ProbePath;
  /** Of an SVG path. */
  line: string;
  health: Health;
  text: string;
  /** Middle of the text; undefined where it found no room. */
  at: { x: number; y: number } | undefined;
}

/** More would be a felt, not a map. */
const MAX_ARCS = 60;
const TEXT_HEIGHT = 15;

/** Paths worst first. Those within one circle have no arc: the close-up shows them. */
export function layOutArcs(paths: readonly ProbePath[], shown: readonly ShownCluster[], boxes: readonly Box[], view: Box): Arc[] {
  const circles = new Map(shown.flatMap((one) => one.cluster.places.map((place) => [place.key, one] as const)));
  const taken = [...boxes];
  const arcs = new Map<string, Arc>();
  for (const path of paths) {
    if (arcs.size >= MAX_ARCS) break;
    const from = circles.get(path.fromPlace?.key ?? '');
    const to = circles.get(path.toPlace?.key ?? '');
    if (from === undefined || to === undefined || from === to) continue;
    const key = [from.cluster.key, to.cluster.key].sort().join('|');
    if (arcs.has(key)) continue;
    const curve = curveOf(from, to);
    const text = arcText(path);
    const at = findRoom(curve, textWidth(text, 6.4), taken, view);
    arcs.set(key, { key, path, line: lineOf(curve), health: path.health, text, at });
  }
  return [...arcs.values()];
}

/** `89 ms`, or what it was where it changed. */
export function arcText({ now, usual, health }: ProbePath): string {
  if (now.p50 === null) return 'no answer';
  const ms = `${formatLatency(now.p50)} ms`;
  return health !== '' && usual?.p50 != null ? `${ms}, was ${formatLatency(usual.p50)}` : ms;
}

/** Whole milliseconds where they are many. */
export function formatLatency(ms: number): string {
  return ms >= 10 ? String(Math.round(ms)) : formatShort(ms);
}

interface Curve {
  from: { x: number; y: number };
  bend: { x: number; y: number };
  to: { x: number; y: number };
}

function curveOf(a: ShownCluster, b: ShownCluster): Curve {
  // From west to east whoever probes whom, so that both ways bend alike.
  const [from, to] = a.x <= b.x ? [a, b] : [b, a];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  return { from, to, bend: { x: (from.x + to.x) / 2 + dy * 0.16, y: (from.y + to.y) / 2 - dx * 0.16 } };
}

function lineOf({ from, bend, to }: Curve): string {
  return `M${from.x.toFixed(1)} ${from.y.toFixed(1)}Q${bend.x.toFixed(1)} ${bend.y.toFixed(1)} ${to.x.toFixed(1)} ${to.y.toFixed(1)}`;
}

function pointOf({ from, bend, to }: Curve, share: number): { x: number; y: number } {
  const rest = 1 - share;
  const mix = (a: number, b: number, c: number): number => rest * rest * a + 2 * rest * share * b + share * share * c;
  return { x: mix(from.x, bend.x, to.x), y: mix(from.y, bend.y, to.y) };
}

/** The middle first, then towards both ends. */
function findRoom(curve: Curve, width: number, taken: Box[], view: Box): { x: number; y: number } | undefined {
  for (const share of [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74]) {
    const at = pointOf(curve, share);
    const box = { left: at.x - width / 2, right: at.x + width / 2, top: at.y - TEXT_HEIGHT / 2, bottom: at.y + TEXT_HEIGHT / 2 };
    const inView = box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom;
    if (!inView || taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    return at;
  }
  return undefined;
}
