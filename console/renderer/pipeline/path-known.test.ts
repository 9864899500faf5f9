import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../common/console-api.ts';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { setZone } from '../widgets/format.ts';
import { completenessOf, etlReports, lettersOf, pathKnown, pathNow, storedPerSecond } from './path-known.ts';

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
    expect(pathKnown(CONNECTED, LIVE, view(), NOW)).toMatchObject({ kind: 'now', path: { worth: 'known', asOfMs: NOW - 2000 } });
  });

  it('is not of the moment that the window shows', () => {
    expect(pathKnown(CONNECTED, { kind: 'past', fromMs: NOW - 9e6, toMs: NOW - 8e6 }, view(), NOW)).toEqual({ kind: 'past' });
  });

  it('leaves out what an ETL that is gone said, and a ledger that cannot be read', () => {
    expect(etlReports(view())).toBe(true);
    expect(etlReports(view({ etlAsOfMs: NOW - 60_000 }))).toBe(false);
    expect(etlReports(view({ etlAsOfMs: null }))).toBe(false);
    const complete = (more: Partial<PipelineView>) => completenessOf(pathNow(CONNECTED, view({ completenessPercent: 100, ...more }), NOW));
    expect(complete({})).toMatchObject({ worth: 'known', value: 100, asOfMs: NOW - 4000 });
    expect(complete({ completenessPercent: null }).reason).toBe('now: no batch of the last hour is in the ledger');
    expect(complete({ completenessAsOfMs: null }).reason).toBe('yet: the ledger has not been read');
    expect(complete({ completenessAsOfMs: NOW - 120_000 }).reason).toBe('since 17:39:00: the ledger cannot be read');
  });

  it('gives each figure what the path is worth, and the rows of a silent ETL a reason', () => {
    const path = pathNow(CONNECTED, view({ rowsPerSecond: 7, deadLetters: { a: 2, b: 3 } }), NOW);
    expect(storedPerSecond(path)).toMatchObject({ worth: 'known', value: 7 });
    expect(lettersOf(path)).toMatchObject({ worth: 'known', value: 5 });
    const silent = pathNow(CONNECTED, view({ etlAsOfMs: NOW - 60_000 }), NOW);
    expect(storedPerSecond(silent)).toEqual({ worth: 'unknown', reason: 'since 17:40:00: the ETL does not report' });
    const away = pathNow(LOST, view(), NOW);
    expect([storedPerSecond(away), completenessOf(away), lettersOf(away)].map(({ worth }) => worth)).toEqual(Array(3).fill('unknown'));
  });
});
