// Enrolment: a join token and a certificate signing request for a client certificate; or a certificate that still holds for a new one.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { ENROLL_REQUEST_FIELDS, ENROLL_RESPONSE_FIELDS, type EnrollRequest, type EnrollResponse } from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import type { TokenStore } from '../access/token-store.ts';
import type { NodeRegistry } from '../nodes/registry.ts';
import type { CertificateRequest } from './certificate-request.ts';
import type { FleetCa } from './fleet-ca.ts';
import { createNodeId } from './node-id.ts';

export interface EnrolmentEvents {
  enrolled(what: { nodeId: string; name: string; peer: string; renewal: boolean }): void;
  enrolmentRefused(what: { peer: string; code: string; reason: string }): void;
}

export interface EnrolmentOptions {
  ca: FleetCa;
  tokens: TokenStore;
  registry: NodeRegistry;
  events: EnrolmentEvents;
}

export class Enrolment {
  readonly #options: EnrolmentOptions;

  constructor(options: EnrolmentOptions) {
    this.#options = options;
  }

  /**
   * The answer to an encoded EnrollRequest. `nodeId` is the identity of the connection, where it has one: it may renew itself without
   * a token. Throws `invalid_argument` and `permission_denied`.
   */
  async enrol(request: Buffer, peer: string, nodeId: string | undefined): Promise<Buffer> {
    try {
      const asked = decodeMessage<EnrollRequest>(ENROLL_REQUEST_FIELDS, request);
      const response =
        asked.joinToken === '' && nodeId !== undefined ? await this.#renew(asked, peer, nodeId) : await this.#join(asked, peer);
      return encodeMessage(ENROLL_RESPONSE_FIELDS, response);
    } catch (thrown) {
      const error = toMusterError(thrown);
      this.#options.events.enrolmentRefused({ peer, code: error.code, reason: error.message });
      throw error;
    }
  }

  async #join(asked: EnrollRequest, peer: string): Promise<EnrollResponse> {
    const { ca, tokens, registry, events } = this.#options;
    // The token comes first: a stranger gets no work done. A use is spent last: a bad request must not cost one.
    await tokens.checkJoinToken(asked.joinToken, peer);
    const request = await ca.check(asked.csrPem);
    if (request.claimedNodeId !== undefined) throw foreignName(request.claimedNodeId);
    const grant = await tokens.useJoinToken(asked.joinToken, { keyHash: request.keyHash, nodeId: createNodeId(), peer });
    // With the key of an enrolment within the hour the token gives that node id again, which may have been removed since.
    registry.assertNotRemoved(grant.nodeId);
    const entry = await registry.enrol(grant.nodeId, asked.node, grant.labels);
    const response = await this.#sign(grant.nodeId, request);
    events.enrolled({ nodeId: grant.nodeId, name: entry.info.name, peer, renewal: false });
    return response;
  }

  async #renew(asked: EnrollRequest, peer: string, nodeId: string): Promise<EnrollResponse> {
    const { ca, registry, events } = this.#options;
    registry.assertNotRemoved(nodeId);
    const request = await ca.check(asked.csrPem);
    if (request.claimedNodeId !== undefined && request.claimedNodeId !== nodeId) throw foreignName(request.claimedNodeId);
    const response = await this.#sign(nodeId, request);
    events.enrolled({ nodeId, name: asked.node?.name.slice(0, 64) ?? '', peer, renewal: true });
    return response;
  }

  async #sign(nodeId: string, request: CertificateRequest): Promise<EnrollResponse> {
    const { ca } = this.#options;
    const { certificatePem, notAfter } = await ca.sign(nodeId, request);
    return { nodeId, certificatePem, caPem: ca.certificatePem, notAfter: { seconds: Math.floor(notAfter.getTime() / 1000), nanos: 0 } };
  }
}

function foreignName(claimed: string): MusterError {
  return new MusterError(
    'invalid_argument',
    `the certificate signing request names node ${claimed}: the gateway chooses the name, leave the common name empty`,
  );
}
