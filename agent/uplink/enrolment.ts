// Exchanges a join token and a signing request for the node's certificate.
import { MusterError } from '../../core/common/muster-error.ts';
import {
  ENROLL_REQUEST_FIELDS,
  ENROLL_RESPONSE_FIELDS,
  type EnrollRequest,
  type EnrollResponse,
  type NodeInfo,
} from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import { type AgentChannel, createChannel } from './channel.ts';
import { type Identity, parseIdentity, saveCertificate } from './identity.ts';
import { createSigningRequest } from './signing-request.ts';

const TIMEOUT_MS = 15_000;

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
