import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Node, PipelineStatus, VerifyAuditResponse, VerifyResponse } from '../../proto/gen/messages.ts';
import type { PartRecord } from '../state/up-record.ts';
import { auditFinding } from './audit-finding.ts';
import { judgeCertificate } from './certificate-findings.ts';
import type { Finding } from './finding.ts';
import { nodeFindings } from './node-findings.ts';
import { doorFindings, partFindings } from './part-findings.ts';
import { ledgerFinding, pathFindings, roomFindings } from './path-findings.ts';

const WELL: PipelineStatus = {
  rowsPerSecond: 100,
  pendingMessages: 0,
  streamBytes: 1e6,
  streamMaxBytes: 1e9,
  lagSeconds: 0,
  deadLetters: {},
  suspendedTables: [],
  connectedAgents: 1,
  completenessPercent: 100,
  asOf: { seconds: 1000, nanos: 0 },
  completenessAsOf: { seconds: 995, nanos: 0 },
  durable: true,
  gatewayVersion: '0.1.0',
  problems: [],
  lagRows: 0,
  oldestPendingSeconds: 0,
  diskFreeBytes: 50e9,
  diskBytes: 100e9,
};

/** The findings that are not well, as `check level`, each with an advice. */
function complaints(findings: readonly Finding[]): string[] {
  const bad = findings.filter(({ level }) => level !== 'ok');
  for (const { check, advice } of bad) expect(advice, check).not.toBe('');
  return bad.map(({ check, level }) => `${check} ${level}`);
}

it('has nothing to say of a path that is well', () => {
  const findings = pathFindings(WELL);
  expect(complaints(findings)).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual(['durability', 'lag', 'stream', 'disk', 'completeness', 'tables', 'dead letters']);
});

it.each([
  [{ durable: false }, 'durability problem'],
  [{ processed: { messages: 1, rows: 1, missedRows: 2, missed: { seconds: 1, nanos: 0 } } }, 'processed stream warning'],
  [{ lagSeconds: 11 }, 'lag warning'],
  [{ lagSeconds: 61 }, 'lag problem'],
  [{ streamBytes: 0.71e9 }, 'stream warning'],
  [{ streamBytes: 0.9e9 }, 'stream problem'],
  [{ diskFreeBytes: 14e9 }, 'disk warning'],
  [{ diskFreeBytes: 4e9 }, 'disk problem'],
  [{ diskFreeBytes: 0, diskBytes: 0 }, 'disk warning'],
  [{ diskFreeBytes: undefined, diskBytes: undefined }, 'disk warning'],
  [{ completenessPercent: 99.9 }, 'completeness warning'],
  [{ completenessPercent: undefined, completenessAsOf: undefined }, 'completeness problem'],
  [{ completenessPercent: 0, completenessAsOf: undefined }, 'completeness problem'],
  [{ completenessAsOf: { seconds: 900, nanos: 0 } }, 'completeness problem'],
  [{ completenessPercent: undefined }, 'completeness warning'],
  [{ lagSeconds: undefined }, 'lag warning'],
  [{ deadLetters: { not_a_number: 3 } }, 'dead letters warning'],
  [{ problems: ['the ETL has never reported'] }, 'path problem'],
])('%j is a finding', (change, expected) => {
  expect(complaints(pathFindings({ ...WELL, ...change }))).toEqual([expected]);
});

it('calls a ledger well where that is proven, and only there', () => {
  const answer = {
    stored: 9,
    dropped: 0,
    inFlight: 0,
    lost: 0,
    doubled: 0,
    missingRows: 0,
    undecided: 0,
    uncomparedRows: 0,
    holes: [],
  } as unknown as VerifyResponse;
  const found = (more: Partial<VerifyResponse>): string => {
    const { level, detail } = ledgerFinding({ ...answer, ...more });
    return `${level}: ${detail}`;
  };
  expect(found({})).toBe('ok: 9 batches stored, 0 lost, 0 rows doubled, 0 missing');
  expect(found({ stored: 0 })).toBe('warning: not proven: nothing is in the ledger yet');
  expect(found({ inFlight: 2 })).toBe('warning: not proven: 2 batches in flight, not stored yet');
  expect(found({ lost: 1 })).toBe('problem: 9 batches stored, 1 lost, 0 rows doubled, 0 missing');
});

it('claims no share of batches that nobody counted', () => {
  const unread = pathFindings({ ...WELL, completenessPercent: undefined, completenessAsOf: undefined, lagRows: undefined });
  expect(unread.find(({ check }) => check === 'completeness')?.detail).toBe('not known: the ledger could not be read');
  expect(unread.find(({ check }) => check === 'lag')?.detail).toBe('0.0 s, an unknown number of rows in 0 messages');
});

it('tells a suspended table once, with the words of the database and how to resume it', () => {
  const suspendedTables = [
    { table: 'cpu', error: 'No space left on device [28]', since: undefined, resumeAttempts: 4, nextResume: undefined },
  ];
  const problems = ['QuestDB suspended the table cpu: No space left on device [28]'];
  const findings = pathFindings({ ...WELL, suspendedTables, problems }).filter(({ level }) => level !== 'ok');
  expect(findings).toHaveLength(1);
  expect(findings[0]?.detail).toBe('cpu is suspended: No space left on device [28] (RESUME tried 4 times)');
  expect(findings[0]?.advice).toContain('ALTER TABLE "cpu" RESUME WAL');
});

it('says where the stream could fill the disk before it is full itself', () => {
  expect(roomFindings(WELL)).toEqual([]);
  expect(roomFindings({ ...WELL, diskBytes: 0, diskFreeBytes: 0 })).toEqual([]);
  const [found] = roomFindings({ ...WELL, streamBytes: 1e9, streamMaxBytes: 8e9, diskFreeBytes: 5e9 });
  expect(found).toMatchObject({ check: 'room', level: 'warning' });
  expect(found?.detail).toMatch(/^the stream may grow by .*, and the disk has .* left$/);
});

function node(name: string, change: Partial<Node> = {}): Node {
  const info = { name, agentVersion: '0.1.0' };
  return {
    nodeId: name,
    info,
    state: 'NODE_STATE_LIVE',
    lastSeen: { seconds: 1, nanos: 0 },
    skewUs: 20_000,
    problem: '',
    ...change,
  } as unknown as Node;
}

it('names the nodes that are not heard, off their time, short of disk or of another version', () => {
  expect(complaints(nodeFindings([node('a')], '0.1.0'))).toEqual([]);
  expect(complaints(nodeFindings([], '0.1.0'))).toEqual(['nodes warning']);
  const drops = [{ reason: 'spool_full', batches: 2, rows: 20 }];
  const fleet = [
    node('late', { state: 'NODE_STATE_LATE' }),
    node('silent', { state: 'NODE_STATE_SILENT' }),
    node('twice', { state: 'NODE_STATE_QUARANTINED', problem: 'two hosts use its identity' }),
    node('slow', { skewUs: 9e6 }),
    node('full', { spool: { durable: true, problem: '', drops } as unknown as Node['spool'] }),
    node('old', { info: { name: 'old', agentVersion: '0.0.9' } as unknown as Node['info'] }),
  ];
  const findings = nodeFindings(fleet, '0.1.0');
  expect(complaints(findings)).toEqual([
    'nodes problem',
    'nodes problem',
    'nodes warning',
    'clocks warning',
    'spools warning',
    'agents warning',
  ]);
  expect(findings.find(({ check }) => check === 'clocks')?.detail).toBe('slow 9 s behind');
  const many = Array.from({ length: 8 }, (_, i) => node(`n${i}`, { state: 'NODE_STATE_SILENT' }));
  expect(nodeFindings(many, '0.1.0')[0]?.detail).toBe('silent: n0, n1, n2, n3, n4 and 3 more');
});

it('says of no clock that it is right where no machine was heard', () => {
  const never = node('new', { state: 'NODE_STATE_NEVER_SEEN', skewUs: 0, lastSeen: undefined });
  const clocks = nodeFindings([never], '0.1.0').find(({ check }) => check === 'clocks');
  expect(clocks?.detail).toBe('not known: no machine has been heard');
});

it('counts the days a certificate has left', () => {
  const nowMs = Date.UTC(2026, 0, 1);
  const target = { gateway: 'g:1', caFile: 'ca.crt', tokenFile: '' };
  const after = (days: number, refusal = '', ofFleet = false): Finding => {
    const notAfterMs = nowMs + days * 86_400_000;
    return judgeCertificate(target, { notAfterMs, notBeforeMs: notAfterMs - 365 * 86_400_000, ofFleet, refusal }, nowMs);
  };
  // The gateway renews one of the fleet's CA at two thirds of its life: it is told when that is over.
  expect(after(123, '', true).level).toBe('ok');
  expect(after(100, '', true)).toMatchObject({ level: 'warning', advice: expect.stringContaining('the gateway renews it') });
  expect(after(30, '', true).level).toBe('problem');
  expect(after(31)).toMatchObject({ level: 'ok', detail: 'g:1 until 2026-02-01, 31 days' });
  expect(after(29).level).toBe('warning');
  expect(after(6).level).toBe('problem');
  expect(after(-1).detail).toContain('has ended');
  expect(after(300, 'ERR_TLS_CERT_ALTNAME_INVALID').detail).toBe('the certificate of g:1 is refused: ERR_TLS_CERT_ALTNAME_INVALID');
  expect(judgeCertificate(target, new Error('ECONNREFUSED'), nowMs)).toMatchObject({ level: 'problem' });
});

it('tells the part that is down, and the port that nobody listens on', async () => {
  const part = { name: 'etl', state: 'running', restarts: 0, problem: '', logFile: '/l/etl.log' } as PartRecord;
  expect(partFindings([part])).toMatchObject([{ level: 'ok', detail: 'etl run' }]);
  expect(complaints(partFindings([{ ...part, restarts: 3 }]))).toEqual(['parts warning']);
  expect(complaints(partFindings([{ ...part, state: 'waiting', problem: 'exit code 1' } as PartRecord]))).toEqual(['parts problem']);

  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = `127.0.0.1:${(server.address() as { port: number }).port}`;
  const door = { name: 'gateway', address, part: 'gateway' };
  expect(complaints(await doorFindings([door]))).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
  expect(await doorFindings([door])).toMatchObject([{ level: 'problem', detail: `gateway at ${address}: ECONNREFUSED` }]);
});

it('tells whether the audit is whole, and says not known where it was not read', async () => {
  const whole = {
    verdict: 'whole',
    records: 3,
    chains: 1,
    unchained: 0,
    brokenAt: 0,
    problems: [],
    beginning: '',
  } as unknown as VerifyAuditResponse;
  expect(await auditFinding(async () => whole)).toMatchObject({ level: 'ok', detail: 'whole: 3 records' });
  const broken = { ...whole, verdict: 'broken', brokenAt: 2, problems: ['record 2 is missing', 'another'] };
  expect(await auditFinding(async () => broken)).toMatchObject({
    ...{ level: 'problem', detail: 'broken at record 2 of 3 records: record 2 is missing (and 1 more)' },
  });
  const unknown = { ...whole, verdict: 'unknown', problems: ['not all was read'] };
  expect(await auditFinding(async () => unknown)).toMatchObject({ level: 'warning', detail: expect.stringMatching(/^not known/) });
  const refused = await auditFinding(() => Promise.reject(new MusterError('permission_denied', 'the token lacks the scope admin')));
  expect(refused).toMatchObject({ level: 'warning', detail: 'not known: the token lacks the scope admin' });
});
