// What answers the pages' requests, each by its name.
import type { RequestArguments, RequestName, RequestResult } from '../common/console-api.ts';
import type { DeskRequests } from '../common/desk-api.ts';

export type Requests = { [K in RequestName]: (args: RequestArguments<K>, signal?: AbortSignal) => Promise<RequestResult<K>> };

/** Those that the gateway has the answer to, or that concern the way to it. */
export type GatewayRequests = Omit<Requests, keyof DeskRequests>;
