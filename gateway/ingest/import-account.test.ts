import { expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { TextRow } from '../fleet/query/read-database.ts';
import { createImportAccounts } from './import-account.ts';

const EPOCH = new Uint8Array(16);
const ASKED = { epochs: [EPOCH], measurement: 'cpu', firstUs: 1, lastUs: 2 };

/** A database that answers some statements and freezes at others, as a stopped one does: the bound of the question ends the wait. */
function frozenAt(...frozen: string[]) {
  const bounds: (number | undefined)[] = [];
  const rows = async (sql: string, withinMs?: number): Promise<TextRow[]> => {
    bounds.push(withinMs);
    if (frozen.some((words) => sql.includes(words))) throw new MusterError('deadline_exceeded', 'the database has not answered');
    if (sql.includes('select reasons')) return [['{"time_too_old":{"rows":2,"detail":"older"}}']];
    if (sql.includes('wal_tables')) return [['1', '1']];
    if (sql.includes('from "cpu"')) return [['18']];
    return [['3', '20', '2', '0', '4', '0', '4', '1']];
  };
  return { rows, bounds };
}

it('gives every statement of an account a bound that they share', async () => {
  const { rows, bounds } = frozenAt();
  expect(await createImportAccounts({ rows }).read(ASKED)).toMatchObject({ batches: 3, badRows: 2, tableRows: 18, incomplete: '' });
  expect(bounds).toHaveLength(4);
  for (const bound of bounds) expect(bound).toBeLessThanOrEqual(8000);
});

it('tells the sums, and what is left out of them, where the rest cannot be read in time', async () => {
  const sums = { batches: 3, rows: 20, badRows: 2 };
  const reasons = await createImportAccounts(frozenAt('select reasons')).read(ASKED);
  expect(reasons).toMatchObject({ ...sums, setAside: [], tableRows: 18, incomplete: expect.stringContaining('why rows were set aside') });
  const table = await createImportAccounts(frozenAt('from "cpu"')).read(ASKED);
  expect(table).toMatchObject({ ...sums, setAside: [{ rows: 2 }], incomplete: expect.stringContaining('whose rows were replaced') });
  expect(table.tableRows).toBeUndefined();
  const both = await createImportAccounts(frozenAt('select reasons', 'wal_tables')).readBatches([{ node_id: 'n', epoch: 'e', seq: 1 }]);
  expect(both.incomplete).toContain('why rows were set aside');
});

it('says so where nothing could be read in time', async () => {
  await expect(createImportAccounts(frozenAt('count(), sum')).read(ASKED)).rejects.toMatchObject({ code: 'deadline_exceeded' });
});
