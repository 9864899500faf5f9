// Enrolment against a real nats-server: tokens that do not hold, requests that may not be signed, with the words and the audit trail.
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { NODES_BUCKET } from '../../core/common/streams.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { runProgram } from '../harness/program.ts';
import { until } from '../harness/until.ts';
import { type Edge, OPERATOR_TOKEN, startEdge } from './edge/edge.ts';
import { connect, createCsr, createIdentity, enrol, NODE } from './edge/test-agent.ts';

let edge: Edge;
let client: ReturnType<typeof connect>;
const OPERATOR = { tokenId: 'operator', name: 'operator', scopes: ['admin'] } as const;
const NOT_VALID = 'the join token is not valid: it is unknown, used up, expired or revoked; make another with `muster token create --join`';

beforeAll(async () => {
  edge = await startEdge();
  client = connect(edge);
});
afterAll(async () => {
  client?.close();
  await edge?.stop();
});

describe('enrolment', () => {
  it('gives a certificate named after the node, and enters the node with the labels of the token', async () => {
    const { csrPem } = await createCsr();
    const joinToken = await edge.createToken({ labels: { region: 'gh' } });
    const node = { ...NODE, name: ' bad\u0000\u202Ename\n', labels: { region: 'elsewhere', rack: '7' } };
    const answer = await enrol(client, { joinToken, csrPem, node });
    const certificate = new X509Certificate(answer.certificatePem);
    expect(certificate.subject).toBe(`CN=${answer.nodeId}`);
    expect(answer.notAfter?.seconds).toBe(Date.parse(certificate.validTo) / 1000);
    expect(answer.caPem).toBe(edge.authority.certificatePem);
    const nodes = await edge.connection.jetstream().views.kv(NODES_BUCKET, { bindOnly: true });
    const entry = (await nodes.get(answer.nodeId))?.json<RegistryEntry>();
    expect(entry?.info).toMatchObject({ name: 'badname', labels: { region: 'gh', rack: '7' } });
  });

  it('gives the same identity to the same key that asks again, without another use', async () => {
    const joinToken = await edge.createToken({ uses: 1 });
    const { csrPem } = await createCsr();
    const first = await enrol(client, { joinToken, csrPem });
    const again = await enrol(client, { joinToken, csrPem });
    expect(again.nodeId).toBe(first.nodeId);
  });

  it('lets exactly one of many use the last use', async () => {
    const joinToken = await edge.createToken({ uses: 1 });
    const requests = await Promise.all(Array.from({ length: 6 }, () => createCsr()));
    const outcomes = await Promise.allSettled(requests.map(({ csrPem }) => enrol(client, { joinToken, csrPem })));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: status.PERMISSION_DENIED, details: NOT_VALID });
    }
  });

  it('renews a certificate for the node that has one, without a token', async () => {
    const identity = await createIdentity(edge);
    const own = connect(edge, identity);
    const { csrPem } = await createCsr({ name: `CN=${identity.nodeId}` });
    expect((await enrol(own, { csrPem })).nodeId).toBe(identity.nodeId);
    const { csrPem: foreign } = await createCsr({ name: 'CN=7b0e8a52-7d0e-4c59-9c0f-6d1f1e1c9a01' });
    await expect(enrol(own, { csrPem: foreign })).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    own.close();
  });
});

describe('a join token that does not hold (24)', () => {
  const tokens: [string, string, () => Promise<string>][] = [
    ['malformed', 'malformed', async () => 'nonsense'],
    ['unknown', 'unknown', async () => `mst_join_0123456789ab_${'A'.repeat(43)}`],
    ['guessed', 'wrong_secret', async () => (await edge.createToken({})).replace(/.{43}$/, 'B'.repeat(43))],
    [
      'of another kind',
      'wrong_kind',
      async () => (await edge.createToken({ kind: 'access', scopes: ['read'] })).replace('mst_', 'mst_join_'),
    ],
    [
      'used',
      'used',
      async () => {
        const joinToken = await edge.createToken({ uses: 1 });
        await enrol(client, { joinToken, csrPem: (await createCsr()).csrPem });
        return joinToken;
      },
    ],
    [
      'revoked',
      'revoked',
      async () => {
        const joinToken = await edge.createToken({});
        await edge.tokens.revoke(joinToken.split('_')[2] ?? '', OPERATOR);
        return joinToken;
      },
    ],
    [
      'expired',
      'expired',
      async () => {
        const joinToken = await edge.createToken({ validSeconds: 0.001 });
        const id = joinToken.split('_')[2];
        const token = edge.tokens.list().find((candidate) => candidate.id === id);
        await until('expiry', () => (token?.expiresMs ?? 0) < Date.now());
        return joinToken;
      },
    ],
  ];

  it.each(tokens)('%s: the same refusal, and an audit event with the reason', async (_name, reason, make) => {
    const joinToken = await make();
    const { csrPem } = await createCsr();
    // A word of the reason, as the log has it: the caller's own watch may be a moment behind a revocation.
    await until('refusal', async () => {
      const answer = await enrol(client, { joinToken, csrPem }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(answer).toMatchObject({ code: status.PERMISSION_DENIED, details: NOT_VALID });
      return edge.log.some(
        (line) =>
          line['msg'] === 'join token refused' && line['audit'] === true && [reason, 'wrong_secret'].includes(String(line['reason'])),
      );
    });
    // No secret is in the log.
    expect(edge.log.some((line) => JSON.stringify(line).includes(joinToken))).toBe(false);
  });
});

describe('a certificate signing request that may not be signed (25)', () => {
  const requests: [string, () => Promise<string>, string][] = [
    [
      'CA:true',
      async () => (await createCsr({ extensions: [new x509.BasicConstraintsExtension(true)] })).csrPem,
      'asks for CA:true: a node is no authority',
    ],
    [
      'the name of another node',
      async () => (await createCsr({ name: 'CN=7b0e8a52-7d0e-4c59-9c0f-6d1f1e1c9a01' })).csrPem,
      'names node 7b0e8a52-7d0e-4c59-9c0f-6d1f1e1c9a01: the gateway chooses the name',
    ],
    [
      'further names',
      async () => (await createCsr({ extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'x' }])] })).csrPem,
      'asks for other names (subjectAltName)',
    ],
    [
      'a weak key',
      async () =>
        (
          await createCsr({
            algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) },
          })
        ).csrPem,
      'has an RSA key of 1024 bits: use EC P-256, or RSA of 2048 to 8192 bits',
    ],
    [
      'a curve that is not taken',
      async () => (await createCsr({ algorithm: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' } })).csrPem,
      'has a key on the curve secp521r1: use P-256 or P-384',
    ],
    ['900 kB', async () => 'x'.repeat(900_000), 'has 900000 bytes, at most 16384 are taken'],
    ['no request', async () => 'hello', 'is not one PEM block of the type CERTIFICATE REQUEST'],
    [
      'broken base64',
      async () => '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
      'cannot be read as PKCS #10',
    ],
    [
      'a signature of another key',
      async () => {
        const { csrPem } = await createCsr();
        const der = Buffer.from(csrPem.replace(/-----.*-----|\n/g, ''), 'base64');
        der[der.length - 1] = (der.at(-1) as number) ^ 1;
        return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
      },
      'is not signed by the key in it',
    ],
  ];

  it.each(requests)('%s', async (_name, make, words) => {
    const joinToken = await edge.createToken({ uses: 1 });
    await expect(enrol(client, { joinToken, csrPem: await make() })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(words),
    });
    // It has not cost the use.
    await enrol(client, { joinToken, csrPem: (await createCsr()).csrPem });
  });

  it('a message over the limit is refused, and the connection goes on', async () => {
    const joinToken = await edge.createToken({});
    await expect(enrol(client, { joinToken, csrPem: 'x'.repeat(1_100_000) })).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    await enrol(client, { joinToken, csrPem: (await createCsr()).csrPem });
  });
});

describe('operators', () => {
  it('reach the port with grpcurl: health and reflection freely, calls with a token of the right scope', async () => {
    const grpcurl = await resolveRuntime('grpcurl');
    const run = async (...args: string[]): Promise<string> => {
      const { stdout, stderr } = await runProgram(grpcurl, ['-cacert', edge.caFile, ...args]);
      return stdout + stderr;
    };
    const target = `localhost:${edge.port}`;
    expect((await run(target, 'list')).trim().split('\n')).toEqual([
      'grpc.health.v1.Health',
      'muster.v1.AgentService',
      'muster.v1.FleetService',
      'muster.v1.ImportService',
    ]);
    expect(await run(target, 'grpc.health.v1.Health/Check')).toContain('"SERVING"');
    expect(await run(target, 'muster.v1.FleetService/ListTokens')).toContain(
      'the call has no token: send `authorization: Bearer TOKEN` with it',
    );
    expect(await run('-H', 'authorization: Bearer wrong', target, 'muster.v1.FleetService/ListTokens')).toContain('Code: Unauthenticated');
    const reader = await edge.createToken({ kind: 'access', scopes: ['read'], name: 'reader' });
    expect(await run('-H', `authorization: Bearer ${reader}`, target, 'muster.v1.FleetService/ListTokens')).toContain(
      'the call needs the scope admin; token reader has read',
    );
    expect(await run('-H', `authorization: Bearer ${OPERATOR_TOKEN}`, target, 'muster.v1.FleetService/ListTokens')).toContain('"tokens"');
  });
});
