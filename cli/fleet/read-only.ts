// A read-only context: what would change something there is refused here, before the gateway is asked. The console refuses it too (console/common/access.ts).
import { MusterError } from '../../core/common/muster-error.ts';
import type { CallName, FleetTarget } from './fleet-client.ts';

/** What a call changes, in words; empty where it only reads. */
export const CHANGE_OF_CALL: Readonly<Record<CallName, string>> = {
  listNodes: '',
  getNode: '',
  listMeasurements: '',
  verify: '',
  getPipelineStatus: '',
  listDeadLetters: '',
  getDeadLetter: '',
  replayDeadLetters: 'sending dead letters again',
  discardDeadLetters: 'throwing dead letters away',
  createToken: 'making a token',
  listTokens: '',
  listAudit: '',
  verifyAudit: '',
  revokeToken: 'ending a token',
  getJoinInfo: '',
  removeNode: 'removing a node',
  removeNodes: 'removing nodes',
  listRemovedNodes: '',
  restoreNodes: 'bringing nodes back',
  releaseNode: 'releasing a node',
  setNodeLabels: 'changing labels',
  putConfig: 'putting settings',
  listConfigs: '',
  deleteConfig: 'deleting settings',
  watchMetrics: '',
  query: '',
  getSeries: '',
  watchNodes: '',
  runCommand: 'running a command on a node',
};

/** Throws `permission_denied` where the target was found by a read-only context. `change` begins the sentence; empty for what only reads. */
export function assertMayChange({ readOnly }: Pick<FleetTarget, 'readOnly'>, change: string): void {
  if (readOnly === undefined || change === '') return;
  throw new MusterError(
    'permission_denied',
    `${change} is refused, because the context ${readOnly.context} is read-only: ` +
      `name another with --context, or set its readOnly to false in ${readOnly.file}`,
  );
}
