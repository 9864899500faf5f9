// What commands may cost a gateway.

/** Running at a time on one node. */
export const MAX_PER_NODE = 4;
/** Running at a time for the callers of one gateway. */
export const MAX_PER_GATEWAY = 64;
/** Bytes of output that may be on their way to a caller who takes nothing. */
export const INITIAL_CREDIT_BYTES = 64 * 1024;
/** So much was taken before the agent is granted as much again. */
export const GRANT_BYTES = 16 * 1024;
export const DEFAULT_TIMEOUT_MS = 30_000;
export const MAX_TIMEOUT_MS = 300_000;
/** What an agent may take longer than the time limit to say how it ended. */
export const GRACE_MS = 10_000;
/** In one request; each name and value so long. */
export const MAX_ARGUMENTS = 32;
export const MAX_ARGUMENT_LENGTH = 1024;
