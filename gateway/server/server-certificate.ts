// The server's certificate and key: read at start, and again when the files change.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { MusterError } from '../../core/common/muster-error.ts';

export interface CertificateFiles {
  certificateFile: string;
  keyFile: string;
}

export interface ServerCertificateEvents {
  certificateReloaded(what: { file: string }): void;
  certificateUnreadable(what: { file: string; error: string }): void;
}

const POLL_MS = 10_000;

export class ServerCertificate {
  readonly #files: CertificateFiles;
  readonly #events: ServerCertificateEvents;
  #onFileChange: (() => void) | undefined;

  constructor(files: CertificateFiles, events: ServerCertificateEvents) {
    this.#files = files;
    this.#events = events;
  }

  /** Throws `invalid_config` with one sentence where the files are missing or do not fit each other. */
  load(): { cert: string; key: string } {
    const { certificateFile, keyFile } = this.#files;
    const cert = read(certificateFile);
    const key = read(keyFile);
    let fits: boolean;
    try {
      fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    } catch (error) {
      throw new MusterError('invalid_config', `${certificateFile} and ${keyFile} are not a certificate and a key in PEM`, error);
    }
    if (!fits) throw new MusterError('invalid_config', `the key in ${keyFile} does not belong to the certificate in ${certificateFile}`);
    return { cert, key };
  }

  /** Gives each new pair to `use`. Half-written files are tried again with their next change. */
  watch(use: (pair: { cert: string; key: string }) => void): void {
    this.#onFileChange = () => {
      try {
        use(this.load());
        this.#events.certificateReloaded({ file: this.#files.certificateFile });
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        this.#events.certificateUnreadable({ file: this.#files.certificateFile, error: words });
      }
    };
    for (const file of this.#paths()) watchFile(file, { interval: POLL_MS, persistent: false }, this.#onFileChange);
  }

  unwatch(): void {
    const listener = this.#onFileChange;
    if (listener === undefined) return;
    for (const file of this.#paths()) unwatchFile(file, listener);
    this.#onFileChange = undefined;
  }

  #paths(): string[] {
    return [this.#files.certificateFile, this.#files.keyFile];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new MusterError(
      'invalid_config',
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code}): \`muster up\` makes it`,
      error,
    );
  }
}
