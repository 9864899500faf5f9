// Exchanges a join token and a signing request for the node's certificate.
import {
  ENROLL_REQUEST_FIELDS,
  ENROLL_RESPONSE_FIELDS,
  type EnrollRequest,
  type EnrollResponse,
  type NodeInfo,
} from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import { createChannel } from './channel.ts';
import { type Identity, parseIdentity } from './identity.ts';
import { createSigningRequest } from './signing-request.ts';

const TIMEOUT_MS = 15_000;

export interface EnrolmentRequest {
  /** `host:port` */
  gateway: string;
  ca: Buffer;
  joinToken: string;
  keyPem: string;
  node: NodeInfo;
}

/** One attempt. Rejects with grpc-js's ServiceError, or `malformed` where the answer is no identity for this key. */
export async function enrol(request: EnrolmentRequest): Promise<Identity> {
  const channel = createChannel({ gateway: request.gateway, ca: request.ca });
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
    channel.close();
  }
}
