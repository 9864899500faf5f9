// Where a query of a measurement begins: the mean of what it has first, over the window's time.
import type { SchemaTable } from '../../../common/console-api.ts';
import { type BuilderQuery, EMPTY_QUERY } from './query-model.ts';

const NUMBERS = /^(double|float|int|long|short|byte)$/;

export function firstQueryOf(table: SchemaTable): BuilderQuery {
  const timed = table.columns.some((column) => column.name === 'timestamp');
  const number = table.columns.find((column) => !column.tag && NUMBERS.test(column.type));
  // The total of a measurement by CPU is a series of its own.
  const whole = table.columns.some((column) => column.name === 'cpu' && column.tag);
  return {
    ...EMPTY_QUERY,
    table: table.name,
    fields: [
      number === undefined
        ? { column: '*', aggregate: 'count', name: 'rows' }
        : { column: number.name, aggregate: 'avg', name: number.name },
    ],
    filters: whole ? [{ column: 'cpu', operator: '=', values: ['total'], text: true }] : [],
    step: timed ? '$step' : '',
    windowTime: timed,
  };
}
