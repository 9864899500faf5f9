// The fleet's data as the doors beside gRPC read it.
import type { Measurement, PipelineStatus, QueryFrame, QueryRequest } from '../../proto/gen/messages.ts';
import type { QueryCaller } from './query/query-end.ts';
import type { ReadDatabase } from './query/read-database.ts';
import type { TierPlan } from './query/tier-plan.ts';

/** What is asked of the fleet's data, whoever asks. */
export interface FleetReader {
  /** Of a node id, or a name that only one node has. Throws `not_found` and `failed_precondition`. */
  nodeId(idOrName: string): string;
  pipeline(): Promise<PipelineStatus>;
  measurements(): Promise<readonly Measurement[]>;
  query(request: QueryRequest, signal: AbortSignal, caller: QueryCaller): AsyncIterable<QueryFrame>;
  /** Which tier has a measurement's range in these steps. */
  tierPlan(measurement: string, range: { fromUs: number; toUs: number; stepUs: number }): Promise<TierPlan>;
  /** All rows of a statement that the gateway made itself. */
  rows: ReadDatabase['rows'];
}
