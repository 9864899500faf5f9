// The server's certificate and key: read at start, read again when the files change, and renewed where the fleet's CA issued it.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { isIP } from 'node:net';
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import { writeDurably } from '../../core/node/durable-file.ts';
import { fault } from '../../core/node/faults.ts';
import { readStartFile } from '../../core/node/start-file.ts';

export interface CertificateFiles {
  certificateFile: string;
  keyFile: string;
}

export interface ServerCertificateEvents {
  certificateReloaded(what: { file: string }): void;
  certificateUnreadable(what: { file: string; error: string }): void;
  /** `problem` says why it is in memory alone; empty where it is in the file too. */
  certificateRenewed(what: { file: string; until: string; problem: string }): void;
  certificateNotRenewed(what: { file: string; until: string; error: string; retryInMs: number }): void;
}

/** How the gateway renews its own certificate. */
export interface ServerCertificateIssuer {
  /** Certificate of the CA, PEM. A certificate of another one is left to whoever made it. */
  readonly caPem: string;
  /** By which the gateway is called; empty for the names of the certificate it has. */
  readonly names: readonly string[];
  /** A certificate for this key and these names, PEM. */
  issue(names: readonly string[], keyPem: string): Promise<string>;
}

export interface Pair {
  cert: string;
  key: string;
}

const MAKE_AGAIN = 'start muster up or muster prepare anew, which makes both again; elsewhere put your own there';
const POLL_MS = 10_000;
const LOOK_EVERY_MS = 3_600_000;
const RETRY_AT_LEAST_MS = 1000;

export class ServerCertificate {
  readonly #files: CertificateFiles;
  readonly #events: ServerCertificateEvents;
  readonly #issuer: ServerCertificateIssuer;
  readonly #now: () => number;
  #onFileChange: (() => void) | undefined;
  #pair: Pair | undefined;
  #issued = '';
  #timer: NodeJS.Timeout | undefined;
  #use: ((pair: Pair) => void) | undefined;

  constructor(files: CertificateFiles, issuer: ServerCertificateIssuer, events: ServerCertificateEvents, now: () => number = Date.now) {
    this.#files = files;
    this.#issuer = issuer;
    this.#events = events;
    this.#now = now;
  }

  /** Throws `invalid_config` with one sentence where the files are missing or do not fit each other. */
  load(): Pair {
    const { certificateFile, keyFile } = this.#files;
    const cert = readStartFile(certificateFile, 'certificate of the server', MAKE_AGAIN);
    const key = readStartFile(keyFile, 'key of the server', MAKE_AGAIN);
    let fits: boolean;
    try {
      fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    } catch (error) {
      throw new MusterError('invalid_config', `${certificateFile} and ${keyFile} are not a certificate and a key in PEM`, error);
    }
    if (!fits) throw new MusterError('invalid_config', `the key in ${keyFile} does not belong to the certificate in ${certificateFile}`);
    this.#pair = { cert, key };
    return this.#pair;
  }

  /** Gives each new pair to `use`, after `load`. Half-written files are tried again with their next change. */
  watch(use: (pair: Pair) => void): void {
    this.#use = use;
    this.#onFileChange = () => {
      const before = this.#pair?.cert;
      try {
        const pair = this.load();
        // What this side wrote itself is in use already.
        if (pair.cert === before) return;
        use(pair);
        this.#events.certificateReloaded({ file: this.#files.certificateFile });
        this.#schedule();
      } catch (error) {
        this.#events.certificateUnreadable({ file: this.#files.certificateFile, error: wordsOf(error) });
      }
    };
    for (const file of this.#paths()) watchFile(file, { interval: POLL_MS, persistent: false }, this.#onFileChange);
    this.#schedule();
  }

  unwatch(): void {
    clearTimeout(this.#timer);
    this.#use = undefined;
    const listener = this.#onFileChange;
    if (listener === undefined) return;
    for (const file of this.#paths()) unwatchFile(file, listener);
    this.#onFileChange = undefined;
  }

  #schedule(atLeastMs = 0): void {
    clearTimeout(this.#timer);
    if (this.#use === undefined || this.#pair === undefined) return;
    // One that was issued here has the names as well as it can: else a name that no check finds would renew it without end.
    const names = this.#pair.cert === this.#issued ? [] : this.#issuer.names;
    const dueMs = renewAtMs(new X509Certificate(this.#pair.cert), { ...this.#issuer, names });
    if (dueMs === undefined) return;
    const delayMs = Math.max(atLeastMs, Math.min(LOOK_EVERY_MS, dueMs - this.#now()));
    this.#timer = setTimeout(() => {
      this.#look(dueMs).catch(fault);
    }, delayMs);
    this.#timer.unref();
  }

  /** Never rejects. */
  async #look(dueMs: number): Promise<void> {
    const pair = this.#pair;
    if (pair === undefined || dueMs > this.#now()) return this.#schedule();
    const { certificateFile: file } = this.#files;
    const old = new X509Certificate(pair.cert);
    try {
      const names = this.#issuer.names.length > 0 ? this.#issuer.names : namesOf(old);
      const cert = await this.#issuer.issue(names, pair.key);
      // A change of the files meanwhile is newer than what was asked for.
      if (this.#use === undefined || this.#pair !== pair) return;
      this.#issued = cert;
      this.#pair = { cert, key: pair.key };
      this.#use(this.#pair);
      const problem = this.#keep(cert);
      this.#events.certificateRenewed({ file, until: untilOf(new X509Certificate(cert)), problem });
      this.#schedule(RETRY_AT_LEAST_MS);
    } catch (error) {
      const leftMs = old.validToDate.getTime() - this.#now();
      const retryInMs = Math.round(Math.min(LOOK_EVERY_MS, Math.max(RETRY_AT_LEAST_MS, leftMs / 10)));
      this.#events.certificateNotRenewed({ file, until: untilOf(old), error: wordsOf(error), retryInMs });
      this.#schedule(retryInMs);
    }
  }

  /** The key stays, so that the file and its key always fit. Why it is not in the file; empty where it is. */
  #keep(cert: string): string {
    const { certificateFile } = this.#files;
    try {
      writeDurably(certificateFile, cert);
      return '';
    } catch (error) {
      return wordsOf(error);
    }
  }

  #paths(): string[] {
    return [this.#files.certificateFile, this.#files.keyFile];
  }
}

/** Two thirds through its life, or at once where it lacks a name. Unix ms; undefined where it is not of this CA. */
export function renewAtMs(
  certificate: X509Certificate,
  { caPem, names }: Pick<ServerCertificateIssuer, 'caPem' | 'names'>,
): number | undefined {
  if (!certificate.verify(new X509Certificate(caPem).publicKey)) return undefined;
  const named = names.every((name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined);
  if (!named) return 0;
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  return from + ((to - from) * 2) / 3;
}

/** The names and addresses that the certificate in a file is for; none where it cannot be read now. */
export function certificateNames(file: string): string[] {
  try {
    return namesOf(new X509Certificate(readFileSync(file)));
  } catch {
    return [];
  }
}

/** The names and addresses that a certificate is for. */
function namesOf({ subjectAltName }: X509Certificate): string[] {
  return (subjectAltName ?? '').split(', ').flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? []);
}

function untilOf(certificate: X509Certificate): string {
  return certificate.validToDate.toISOString();
}

function wordsOf(error: unknown): string {
  return messageOf(error);
}
