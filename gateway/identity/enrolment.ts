// Enrolment: a join token and a certificate signing request for a client certificate; or a certificate that still holds for a new one.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { ENROLL_REQUEST_FIELDS, ENROLL_RESPONSE_FIELDS, type EnrollRequest, type EnrollResponse } from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import type { TokenStore } from '../access/token-store.ts';
import type { NodeRegistry } from '../nodes/registry.ts';
import type { CertificateRequest } from './certificate-request.ts';
import type { FleetCa } from './fleet-ca.ts';
import { createNodeId } from './node-id.ts';
import type { NodeIdentity } from './peer-identity.ts';

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
   * The answer to an encoded EnrollRequest. `identity` is that of the connection, where it has one: it may renew itself without a token.
   * Throws `invalid_argument`, `permission_denied` and `quota_exceeded`.
   */
  async enrol(request: Buffer, peer: string, identity: NodeIdentity | undefined): Promise<Buffer> {
    try {
      const asked = decodeMessage<EnrollRequest>(ENROLL_REQUEST_FIELDS, request);
      const response =
        asked.joinToken === '' && identity !== undefined ? await this.#renew(asked, peer, identity) : await this.#join(asked, peer);
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
    const joinTokenId = await tokens.checkJoinToken(asked.joinToken, peer);
    const request = await ca.check(asked.csrPem);
    if (request.claimedNodeId !== undefined) throw foreignName(request.claimedNodeId);
    // The machine that has this key gets its node again: its answer was lost, or its certificate ended while it was off.
    const known = registry.identities.ofKey(request.keyHash);
    const shared = known === undefined ? undefined : registry.identities.sharedOf(known.nodeId);
    if (known !== undefined && shared !== undefined) throw sharedKey(known.nodeId, shared.problem);
    if (known === undefined) registry.quota.assertRoom(joinTokenId);
    const grant = await tokens.useJoinToken(asked.joinToken, {
      keyHash: request.keyHash,
      nodeId: known?.nodeId ?? createNodeId(),
      enrolledWith: known?.identity?.joinTokenId,
      peer,
    });
    // With the key of an enrolment within the hour the token gives that node id again, which may have been removed since.
    registry.assertNotRemoved(grant.nodeId);
    const { labels, tokenId } = grant;
    const entry = await registry.enrol(grant.nodeId, asked.node, { labels, tokenId, keyHash: request.keyHash });
    const response = await this.#sign(grant.nodeId, request, entry.identity?.generation ?? 0);
    events.enrolled({ nodeId: grant.nodeId, name: entry.info.name, peer, renewal: false });
    return response;
  }

  async #renew(asked: EnrollRequest, peer: string, identity: NodeIdentity): Promise<EnrollResponse> {
    const { ca, registry, events } = this.#options;
    const { nodeId } = identity;
    registry.assertNotRemoved(nodeId);
    const request = await ca.check(asked.csrPem);
    if (request.claimedNodeId !== undefined && request.claimedNodeId !== nodeId) throw foreignName(request.claimedNodeId);
    const generation = await registry.renew(identity, { keyHash: request.keyHash, peer, node: asked.node });
    const response = await this.#sign(nodeId, request, generation);
    events.enrolled({ nodeId, name: asked.node?.name.slice(0, 64) ?? '', peer, renewal: true });
    return response;
  }

  async #sign(nodeId: string, request: CertificateRequest, generation: number): Promise<EnrollResponse> {
    const { ca } = this.#options;
    const { certificatePem, notAfter } = await ca.sign(nodeId, request, generation);
    return { nodeId, certificatePem, caPem: ca.certificatePem, notAfter: { seconds: Math.floor(notAfter.getTime() / 1000), nanos: 0 } };
  }
}

function sharedKey(nodeId: string, problem: string): MusterError {
  return new MusterError(
    'permission_denied',
    `the key of this machine is that of node ${nodeId}, which is in quarantine (${problem}): delete the identity folder of the machine that is a copy, so that it enrols with a key of its own`,
  );
}

function foreignName(claimed: string): MusterError {
  return new MusterError(
    'invalid_argument',
    `the certificate signing request names node ${claimed}: the gateway chooses the name, leave the common name empty`,
  );
}
