import { expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { ENROLL_REQUEST_FIELDS } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import { Enrolment, type EnrolmentOptions } from './enrolment.ts';

const NODE_ID = '00000000-0000-4000-8000-000000000001';

it('does not bring back a node that was removed, by the token that made it', async () => {
  const entered: string[] = [];
  const options = {
    ca: { certificatePem: '', check: async () => ({ pem: '', claimedNodeId: undefined, keyHash: 'k' }) },
    tokens: {
      checkJoinToken: async () => 't',
      useJoinToken: async () => ({ tokenId: 't', labels: {}, nodeId: NODE_ID }),
    },
    registry: {
      quota: { assertRoom: () => undefined },
      identities: { ofKey: () => undefined, sharedOf: () => undefined },
      assertNotRemoved: (nodeId: string) => {
        throw new MusterError('permission_denied', `node ${nodeId} was removed`);
      },
      enrol: async (nodeId: string) => entered.push(nodeId),
    },
    events: { enrolled: () => undefined, enrolmentRefused: () => undefined },
  } as unknown as EnrolmentOptions;
  const request = encodeMessage(ENROLL_REQUEST_FIELDS, { joinToken: 'token', csrPem: 'request' });
  await expect(new Enrolment(options).enrol(request, 'peer', undefined)).rejects.toThrow(`node ${NODE_ID} was removed`);
  expect(entered).toEqual([]);
});
