// Which requests and subscriptions change something. A read-only context refuses those until it is unlocked; a new name must be put here.
import type { RequestName, SubscriptionName } from './console-api.ts';

/** `write`: it changes a fleet, a machine or what is stored. */
export type Access = 'read' | 'write';

export const REQUEST_ACCESS: { readonly [K in RequestName]: Access } = {
  listMeasurements: 'read',
  query: 'read',
  getNode: 'read',
  getSeries: 'read',
  joinInfo: 'read',
  createJoinToken: 'write',
  releaseNode: 'write',
  removeNode: 'write',
  runCommand: 'write',
  setNodeLabels: 'write',
  verify: 'read',
  listDeadLetters: 'read',
  getDeadLetter: 'read',
  replayDeadLetters: 'write',
  discardDeadLetters: 'write',
  startExport: 'read',
  cancelExport: 'read',
  reconnect: 'read',
  unlock: 'read',
  lock: 'read',
  openContext: 'read',
  setNotifications: 'read',
  setZoom: 'read',
};

export const SUBSCRIPTION_ACCESS: { readonly [K in SubscriptionName]: Access } = {
  connection: 'read',
  nodes: 'read',
  pipeline: 'read',
  exports: 'read',
  metrics: 'read',
  desk: 'read',
  commandOutput: 'read',
};
