// Exchanges a join token and a signing request for the node's certificate.
import { MusterError } from '../../core/common/muster-error.ts';
import { readStartFile } from '../../core/node/start-file.ts';
import {
  ENROLL_REQUEST_FIELDS,
  ENROLL_RESPONSE_FIELDS,
  type EnrollRequest,
  type EnrollResponse,
  type NodeInfo,
} from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import { classOfError } from './backoff.ts';
import { type AgentChannel, createChannel } from './channel.ts';
import { expiredWords, type Identity, loadKey, parseIdentity, saveCertificate, saveKey } from './identity.ts';
import { createKey, createSigningRequest } from './signing-request.ts';

const TIMEOUT_MS = 15_000;
const COPY_CA = 'copy it from the machine of the gateway';
const NOT_TAKEN = "the gateway does not take this node's certificate; re-enrol with a token, and see whether the clocks of both are right";

export interface EnrolmentRequest {
  /** `host:port` */
  gateway: string;
  ca: Buffer;
  joinToken: string;
  keyPem: string;
  node: NodeInfo;
  /** A node that renews its certificate: its identity stands for the token. */
  identity?: Identity;
  /** Without an identity, of many that enrol; absent: a connection of its own. Stays open. */
  channel?: AgentChannel;
}

/** One attempt. Rejects with grpc-js's ServiceError, or `malformed` where the answer is no identity for this key. */
export async function enrol(request: EnrolmentRequest): Promise<Identity> {
  const { gateway, ca, identity } = request;
  const channel = request.channel ?? createChannel({ gateway, ca, ...(identity === undefined ? {} : { identity }) });
  try {
    const message: EnrollRequest = {
      joinToken: request.joinToken,
      csrPem: createSigningRequest(request.keyPem),
      node: request.node,
    };
    const bytes = await channel.enroll(encodeMessage(ENROLL_REQUEST_FIELDS, message), TIMEOUT_MS);
    const response = decodeMessage<EnrollResponse>(ENROLL_RESPONSE_FIELDS, bytes);
    return parseIdentity(Buffer.from(request.keyPem), Buffer.from(response.certificatePem), Buffer.from(response.caPem));
  } finally {
    if (request.channel === undefined) channel.close();
  }
}

/** Where a machine enrols, and what it may show. */
export interface EnrolmentSettings {
  stateDir: string;
  gateway: string;
  caFile?: string | undefined;
  joinTokenFile?: string | undefined;
}

/**
 * Enrols this machine and keeps its identity. `ended` is the one it has, where the gateway does not take its certificate any more: the same key
 * gets the same node again. The key is saved before it is shown to anybody, so that a node that cannot keep an identity never asks for one.
 * Rejects as `enrol` does, and with `failed_precondition` where a setting is missing or the certificate ended and the token does not hold.
 */
export async function enrolHere(settings: EnrolmentSettings, node: NodeInfo, ended?: Identity): Promise<Identity> {
  const { stateDir, caFile, joinTokenFile, gateway } = settings;
  const words = ended === undefined ? undefined : (expiredWords(ended) ?? NOT_TAKEN);
  if (joinTokenFile === undefined || (caFile === undefined && ended === undefined)) {
    if (words !== undefined) throw new MusterError('failed_precondition', words);
    const missing = caFile === undefined ? '--ca-file' : '--join-token-file';
    throw new MusterError('failed_precondition', `this machine has no identity in ${stateDir} and ${missing} is not set: set it to enrol`);
  }
  let keyPem = loadKey(stateDir);
  if (keyPem === undefined) {
    keyPem = createKey();
    saveKey(stateDir, keyPem);
  }
  try {
    const joinToken = readStartFile(joinTokenFile, 'join token', 'create one with muster token create --join and write it there').trim();
    const ca = caFile === undefined ? (ended as Identity).ca : Buffer.from(readStartFile(caFile, "certificate of the fleet's CA", COPY_CA));
    const identity = await enrol({ gateway, ca, joinToken, keyPem, node });
    saveCertificate(stateDir, identity.certificate.toString(), identity.ca.toString());
    return identity;
  } catch (error) {
    if (words === undefined || classOfError(error) === 'retry') throw error;
    const { details } = error as { details?: string };
    throw new MusterError('failed_precondition', `${words} (${details || (error as Error).message})`, error);
  }
}

/**
 * A new certificate for the same key, kept in the state folder. The key stays: key and certificate are two files, which cannot change places at
 * once. Rejects as `enrol` does, and with `malformed` where the answer names another node.
 */
export async function renewIdentity(stateDir: string, gateway: string, identity: Identity, node: NodeInfo): Promise<Identity> {
  const keyPem = identity.key.toString();
  const renewed = await enrol({ gateway, ca: identity.ca, joinToken: '', keyPem, node, identity });
  if (renewed.nodeId !== identity.nodeId) {
    throw new MusterError('malformed', `the new certificate is of node ${renewed.nodeId}: this is ${identity.nodeId}`);
  }
  saveCertificate(stateDir, renewed.certificate.toString(), renewed.ca.toString());
  return renewed;
}
