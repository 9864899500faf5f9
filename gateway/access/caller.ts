// Who calls a gateway.
import type { Scope } from '../../proto/gen/services.ts';

/** Who calls, as a token says. */
export interface Caller {
  /** `operator` for the token of the operator's file. */
  readonly tokenId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Of the token: nodes it writes for carry them. Empty means any node. */
  readonly labels: Readonly<Record<string, string>>;
}
