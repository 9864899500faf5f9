import { expect, it } from 'vitest';
import { columnNameProblem, measurementNameProblem } from '../../core/common/measurement-names.ts';
import { createCollectors } from './catalog.ts';

const ROOTS = { proc: '/proc', sys: '/sys' };
const SELF = { tickMs: 0, spoolBatches: 0, spoolBytes: 0, collectorsFailed: 0 };

it('has no name that the store refuses', () => {
  for (const platform of ['linux', 'darwin', 'win32']) {
    for (const collector of createCollectors(
      () => true,
      ROOTS,
      () => SELF as never,
      platform,
    )) {
      const { measurement, tags, fields, textFields = [] } = collector;
      expect(measurementNameProblem(measurement)).toBeUndefined();
      for (const name of [...tags, ...fields, ...textFields]) expect(columnNameProblem(name), `${measurement}.${name}`).toBeUndefined();
      collector.close();
    }
  }
});
