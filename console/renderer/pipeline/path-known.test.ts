import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../common/console-api.ts';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { setZone } from '../parts/format.ts';
import { etlReports, isCompletenessKnown, pathKnown } from './path-known.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
const LIVE = { kind: 'live', spanMs: 900_000 } as const;
const CONNECTED: ConnectionState = { kind: 'connected', gateway: 'g', sinceMs: 0, roundTripMs: 1 };
const LOST: ConnectionState = { kind: 'lost', gateway: 'g', sinceMs: NOW - 5000, nextTryMs: NOW, tries: 1, reason: 'no answer' };
const view = (more: Partial<PipelineView> = {}) =>
  ({ asOfMs: NOW - 2000, etlAsOfMs: NOW - 3000, completenessAsOfMs: NOW - 4000, ...more }) as PipelineView;

describe('what is known of the path', () => {
  it('is nothing while the gateway is gone, though the last answer was that all is well', () => {
    setZone('utc');
    expect(pathKnown(LOST, LIVE, view(), NOW)).toEqual({
      kind: 'unknown',
      words: 'since 17:40:58: this console is not connected to the gateway',
    });
  });

  it('is nothing while the gateway is connected and does not answer', () => {
    expect(pathKnown(CONNECTED, LIVE, view({ asOfMs: NOW - 16_000 }), NOW)).toMatchObject({ kind: 'unknown' });
    expect(pathKnown(CONNECTED, LIVE, null, NOW)).toMatchObject({ kind: 'unknown' });
    expect(pathKnown(CONNECTED, LIVE, view(), NOW)).toEqual({ kind: 'now' });
  });

  it('is not of the moment that the window shows', () => {
    expect(pathKnown(CONNECTED, { kind: 'past', fromMs: NOW - 9e6, toMs: NOW - 8e6 }, view(), NOW)).toEqual({ kind: 'past' });
  });

  it('leaves out what an ETL that is gone said, and a ledger that cannot be read', () => {
    expect(etlReports(view())).toBe(true);
    expect(etlReports(view({ etlAsOfMs: NOW - 60_000 }))).toBe(false);
    expect(etlReports(view({ etlAsOfMs: null }))).toBe(false);
    expect(isCompletenessKnown(view())).toBe(true);
    expect(isCompletenessKnown(view({ completenessAsOfMs: null }))).toBe(false);
    expect(isCompletenessKnown(view({ completenessAsOfMs: NOW - 120_000 }))).toBe(false);
  });
});
