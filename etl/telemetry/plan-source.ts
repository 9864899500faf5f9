// What the transform needs of whoever makes tables.
import type { DecodedFrame } from '../../proto/batch-codec.ts';
import type { DeadLetterReason } from './dead-letter.ts';
import type { TablePlan } from './table-plan.ts';

/** Why no row of a frame shape can be stored. */
export interface PlanRefusal {
  reason: DeadLetterReason;
  detail: string;
}

/** What the transform needs of the schema: a plan for each frame shape, made before the rows are written. */
export interface PlanSource {
  /** Of a shape that was resolved before and is still remembered; undefined otherwise. */
  plan(shape: string): TablePlan | PlanRefusal | undefined;
  /** Makes table and columns where they are missing. Waits for the database as long as it takes. */
  resolve(shape: string, frame: DecodedFrame): Promise<TablePlan | PlanRefusal>;
}
