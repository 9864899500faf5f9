import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Authority, createAuthority, issueServerCertificate, renewServerCertificate } from '../../core/node/tls-authority.ts';
import { TlsListener, type TlsListenerEvents } from './tls-listener.ts';

const DAY_MS = 86_400_000;
let folder: string;
let authority: Authority;
let listener: TlsListener | undefined;
let said: object[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-certificate-'));
  authority = await createAuthority();
  said = [];
});
afterEach(async () => {
  vi.useRealTimers();
  await listener?.stop();
  listener = undefined;
  rmSync(folder, { recursive: true });
});

/** A TLS port with a certificate of a year, and a clock that is moved by hand. */
async function open(names: string[], issuedBy = authority): Promise<{ certificateFile: string; fail: (error?: Error) => void }> {
  const files = { certificateFile: join(folder, 'gateway.crt'), keyFile: join(folder, 'gateway.key') };
  const own = await issueServerCertificate(issuedBy, ['localhost', '127.0.0.1']);
  writeFileSync(files.certificateFile, own.certificatePem);
  writeFileSync(files.keyFile, own.keyPem);
  let failure: Error | undefined;
  const tell = (what: object) => void said.push(what);
  listener = new TlsListener({
    ...{ host: '127.0.0.1', port: 0, files, clientCaPem: authority.certificatePem, onConnection: () => {}, onHttp: () => {} },
    issuer: {
      ...{ caPem: authority.certificatePem, names },
      issue: async (wanted, keyPem) => {
        if (failure !== undefined) throw failure;
        return renewServerCertificate(authority, wanted, keyPem);
      },
    },
    events: {
      certificateRenewed: tell,
      certificateNotRenewed: tell,
      connectionOpened: () => {},
      connectionRefused: () => {},
    } as unknown as TlsListenerEvents,
  });
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  await listener.start();
  return {
    certificateFile: files.certificateFile,
    fail: (error) => {
      failure = error;
    },
  };
}

/** The certificate that a new handshake shows. */
function shown(): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: listener?.port ?? 0, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate() as X509Certificate);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

it('shows a new certificate to new handshakes from two thirds of its life on, without a restart, and keeps it', async () => {
  const { certificateFile } = await open([]);
  const first = await shown();
  await vi.advanceTimersByTimeAsync(240 * DAY_MS);
  expect((await shown()).serialNumber).toBe(first.serialNumber);
  await vi.advanceTimersByTimeAsync(5 * DAY_MS);
  const second = await vi.waitFor(async () => {
    const certificate = await shown();
    expect(certificate.serialNumber).not.toBe(first.serialNumber);
    return certificate;
  }, 20_000);
  expect(second.validToDate.getTime() - Date.now()).toBeGreaterThan(360 * DAY_MS);
  expect([second.checkHost('localhost'), second.checkIP('127.0.0.1')]).toEqual(['localhost', '127.0.0.1']);
  expect(new X509Certificate(readFileSync(certificateFile)).serialNumber).toBe(second.serialNumber);
  expect(said).toMatchObject([{ problem: '' }]);
});

it('is renewed at once where it lacks a name of the settings, once, and serves from memory where the file cannot be written', async () => {
  const { certificateFile } = await open(['fleet.example']);
  mkdirSync(`${certificateFile}.${process.pid}.part`);
  await vi.advanceTimersByTimeAsync(1);
  await vi.waitFor(async () => expect((await shown()).checkHost('fleet.example')).toBe('fleet.example'), 20_000);
  expect(said).toMatchObject([{ problem: expect.stringContaining('EISDIR') }]);
  await vi.advanceTimersByTimeAsync(DAY_MS);
  expect(said).toHaveLength(1);
});

it('is tried again while it cannot be renewed', async () => {
  const { fail } = await open([]);
  const first = await shown();
  fail(new Error('the CA is on a walk'));
  await vi.advanceTimersByTimeAsync(245 * DAY_MS);
  expect(said).toContainEqual(expect.objectContaining({ error: 'the CA is on a walk', retryInMs: 3_600_000 }));
  expect((await shown()).serialNumber).toBe(first.serialNumber);
  fail(undefined);
  await vi.advanceTimersByTimeAsync(3_600_000);
  await vi.waitFor(async () => expect((await shown()).serialNumber).not.toBe(first.serialNumber), 20_000);
});

it("leaves a certificate alone that is not of the fleet's CA", async () => {
  await open(['fleet.example'], await createAuthority());
  const first = await shown();
  await vi.advanceTimersByTimeAsync(400 * DAY_MS);
  expect((await shown()).serialNumber).toBe(first.serialNumber);
  expect(said).toEqual([]);
});
