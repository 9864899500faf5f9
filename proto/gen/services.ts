// Generated from proto/muster/v1/*.proto by `npm run proto`. Do not edit: change the .proto and generate again.

import type * as messages from './messages.ts';

/** Every service of muster.v1. */
export const SERVICES = ['AgentService', 'FleetService', 'ImportService'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What a token may be allowed. None includes another. */
export const SCOPES = ['read', 'write', 'push', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** The calls of FleetService. */
export interface FleetCalls {
  listNodes: { request: messages.ListNodesRequest; response: messages.ListNodesResponse; kind: 'unary' };
  getNode: { request: messages.GetNodeRequest; response: messages.Node; kind: 'unary' };
  watchNodes: { request: messages.WatchNodesRequest; response: messages.NodesUpdate; kind: 'stream' };
  query: { request: messages.QueryRequest; response: messages.QueryFrame; kind: 'stream' };
  getSeries: { request: messages.GetSeriesRequest; response: messages.SeriesFrame; kind: 'stream' };
  watchMetrics: { request: messages.WatchMetricsRequest; response: messages.MetricsUpdate; kind: 'stream' };
  listMeasurements: { request: messages.ListMeasurementsRequest; response: messages.ListMeasurementsResponse; kind: 'unary' };
  verify: { request: messages.VerifyRequest; response: messages.VerifyResponse; kind: 'unary' };
  getPipelineStatus: { request: messages.GetPipelineStatusRequest; response: messages.PipelineStatus; kind: 'unary' };
  listDeadLetters: { request: messages.ListDeadLettersRequest; response: messages.ListDeadLettersResponse; kind: 'unary' };
  getDeadLetter: { request: messages.GetDeadLetterRequest; response: messages.DeadLetter; kind: 'unary' };
  replayDeadLetters: { request: messages.ReplayDeadLettersRequest; response: messages.ReplayDeadLettersResponse; kind: 'unary' };
  discardDeadLetters: { request: messages.DiscardDeadLettersRequest; response: messages.DiscardDeadLettersResponse; kind: 'unary' };
  createToken: { request: messages.CreateTokenRequest; response: messages.CreateTokenResponse; kind: 'unary' };
  listTokens: { request: messages.ListTokensRequest; response: messages.ListTokensResponse; kind: 'unary' };
  revokeToken: { request: messages.RevokeTokenRequest; response: messages.RevokeTokenResponse; kind: 'unary' };
  getJoinInfo: { request: messages.GetJoinInfoRequest; response: messages.JoinInfo; kind: 'unary' };
  runCommand: { request: messages.RunCommandRequest; response: messages.CommandUpdate; kind: 'stream' };
  setNodeLabels: { request: messages.SetNodeLabelsRequest; response: messages.Node; kind: 'unary' };
  removeNode: { request: messages.RemoveNodeRequest; response: messages.RemoveNodeResponse; kind: 'unary' };
  removeNodes: { request: messages.RemoveNodesRequest; response: messages.RemoveNodesResponse; kind: 'unary' };
  listRemovedNodes: { request: messages.ListRemovedNodesRequest; response: messages.ListRemovedNodesResponse; kind: 'unary' };
  restoreNodes: { request: messages.RestoreNodesRequest; response: messages.RestoreNodesResponse; kind: 'unary' };
  releaseNode: { request: messages.ReleaseNodeRequest; response: messages.Node; kind: 'unary' };
  putConfig: { request: messages.PutConfigRequest; response: messages.ConfigProfile; kind: 'unary' };
  listConfigs: { request: messages.ListConfigsRequest; response: messages.ListConfigsResponse; kind: 'unary' };
  deleteConfig: { request: messages.DeleteConfigRequest; response: messages.DeleteConfigResponse; kind: 'unary' };
  listAudit: { request: messages.ListAuditRequest; response: messages.ListAuditResponse; kind: 'unary' };
  verifyAudit: { request: messages.VerifyAuditRequest; response: messages.VerifyAuditResponse; kind: 'unary' };
}

/** The calls of ImportService. */
export interface ImportCalls {
  upload: { request: messages.UploadMessage; response: messages.UploadAck; kind: 'duplex' };
  checkImport: { request: messages.CheckImportRequest; response: messages.ImportCheck; kind: 'unary' };
  getImportAccount: { request: messages.GetImportAccountRequest; response: messages.ImportAccount; kind: 'unary' };
  startImport: { request: messages.StartImportRequest; response: messages.ImportJob; kind: 'unary' };
  runWindow: { request: messages.RunWindowRequest; response: messages.ImportJob; kind: 'unary' };
  flushImport: { request: messages.FlushImportRequest; response: messages.ImportJob; kind: 'unary' };
  getImport: { request: messages.GetImportRequest; response: messages.ImportJob; kind: 'unary' };
  listImports: { request: messages.ListImportsRequest; response: messages.ListImportsResponse; kind: 'unary' };
  cancelImport: { request: messages.CancelImportRequest; response: messages.ImportJob; kind: 'unary' };
}

/** Every call that takes a token, of every service. */
export interface Calls extends FleetCalls, ImportCalls {}

export interface CallRule {
  readonly service: ServiceName;
  /** As in the .proto file. */
  readonly method: string;
  /** One answer, a stream of answers, or a stream both ways. */
  readonly kind: 'unary' | 'stream' | 'duplex';
  /** What the caller's token must have. */
  readonly scope: Scope;
  /** What it changes, as the beginning of a sentence; empty where it only reads. */
  readonly change: string;
}

export const CALLS: { readonly [Name in keyof Calls]: CallRule } = {
  listNodes: { service: 'FleetService', method: 'ListNodes', kind: 'unary', scope: 'read', change: '' },
  getNode: { service: 'FleetService', method: 'GetNode', kind: 'unary', scope: 'read', change: '' },
  watchNodes: { service: 'FleetService', method: 'WatchNodes', kind: 'stream', scope: 'read', change: '' },
  query: { service: 'FleetService', method: 'Query', kind: 'stream', scope: 'read', change: '' },
  getSeries: { service: 'FleetService', method: 'GetSeries', kind: 'stream', scope: 'read', change: '' },
  watchMetrics: { service: 'FleetService', method: 'WatchMetrics', kind: 'stream', scope: 'read', change: '' },
  listMeasurements: { service: 'FleetService', method: 'ListMeasurements', kind: 'unary', scope: 'read', change: '' },
  verify: { service: 'FleetService', method: 'Verify', kind: 'unary', scope: 'read', change: '' },
  getPipelineStatus: { service: 'FleetService', method: 'GetPipelineStatus', kind: 'unary', scope: 'read', change: '' },
  listDeadLetters: { service: 'FleetService', method: 'ListDeadLetters', kind: 'unary', scope: 'read', change: '' },
  getDeadLetter: { service: 'FleetService', method: 'GetDeadLetter', kind: 'unary', scope: 'read', change: '' },
  replayDeadLetters: { service: 'FleetService', method: 'ReplayDeadLetters', kind: 'unary', scope: 'write', change: 'sending dead letters again' },
  discardDeadLetters: { service: 'FleetService', method: 'DiscardDeadLetters', kind: 'unary', scope: 'write', change: 'throwing dead letters away' },
  createToken: { service: 'FleetService', method: 'CreateToken', kind: 'unary', scope: 'admin', change: 'making a token' },
  listTokens: { service: 'FleetService', method: 'ListTokens', kind: 'unary', scope: 'admin', change: '' },
  revokeToken: { service: 'FleetService', method: 'RevokeToken', kind: 'unary', scope: 'admin', change: 'ending a token' },
  getJoinInfo: { service: 'FleetService', method: 'GetJoinInfo', kind: 'unary', scope: 'read', change: '' },
  runCommand: { service: 'FleetService', method: 'RunCommand', kind: 'stream', scope: 'admin', change: 'running a command on a node' },
  setNodeLabels: { service: 'FleetService', method: 'SetNodeLabels', kind: 'unary', scope: 'admin', change: 'changing labels' },
  removeNode: { service: 'FleetService', method: 'RemoveNode', kind: 'unary', scope: 'admin', change: 'removing a node' },
  removeNodes: { service: 'FleetService', method: 'RemoveNodes', kind: 'unary', scope: 'admin', change: 'removing nodes' },
  listRemovedNodes: { service: 'FleetService', method: 'ListRemovedNodes', kind: 'unary', scope: 'read', change: '' },
  restoreNodes: { service: 'FleetService', method: 'RestoreNodes', kind: 'unary', scope: 'admin', change: 'bringing nodes back' },
  releaseNode: { service: 'FleetService', method: 'ReleaseNode', kind: 'unary', scope: 'admin', change: 'releasing a node' },
  putConfig: { service: 'FleetService', method: 'PutConfig', kind: 'unary', scope: 'admin', change: 'putting settings' },
  listConfigs: { service: 'FleetService', method: 'ListConfigs', kind: 'unary', scope: 'read', change: '' },
  deleteConfig: { service: 'FleetService', method: 'DeleteConfig', kind: 'unary', scope: 'admin', change: 'deleting settings' },
  listAudit: { service: 'FleetService', method: 'ListAudit', kind: 'unary', scope: 'admin', change: '' },
  verifyAudit: { service: 'FleetService', method: 'VerifyAudit', kind: 'unary', scope: 'admin', change: '' },
  upload: { service: 'ImportService', method: 'Upload', kind: 'duplex', scope: 'push', change: 'an import' },
  checkImport: { service: 'ImportService', method: 'CheckImport', kind: 'unary', scope: 'push', change: '' },
  getImportAccount: { service: 'ImportService', method: 'GetImportAccount', kind: 'unary', scope: 'push', change: '' },
  startImport: { service: 'ImportService', method: 'StartImport', kind: 'unary', scope: 'push', change: 'an import' },
  runWindow: { service: 'ImportService', method: 'RunWindow', kind: 'unary', scope: 'push', change: 'an import' },
  flushImport: { service: 'ImportService', method: 'FlushImport', kind: 'unary', scope: 'push', change: '' },
  getImport: { service: 'ImportService', method: 'GetImport', kind: 'unary', scope: 'read', change: '' },
  listImports: { service: 'ImportService', method: 'ListImports', kind: 'unary', scope: 'read', change: '' },
  cancelImport: { service: 'ImportService', method: 'CancelImport', kind: 'unary', scope: 'push', change: 'ending an import' },
};
