// Where `muster up` keeps everything: the paths below the state folder, and its secrets.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';

/** Paths below one state folder. */
export class StateFolder {
  readonly home: string;
  readonly caFile: string;
  readonly caKeyFile: string;
  readonly tlsCertificateFile: string;
  readonly tlsKeyFile: string;
  /** Bearer token of the first operator. */
  readonly operatorTokenFile: string;
  /** Join token of the agent on this machine. */
  readonly joinTokenFile: string;
  /** What other programs read to find everything; see up-record.ts. */
  readonly upFile: string;
  readonly lockFile: string;
  /** Address of the web console with a one-time token, always fresh. */
  readonly consoleAddressFile: string;

  constructor(home: string) {
    this.home = resolve(home);
    this.caFile = join(this.home, 'ca', 'fleet-ca.crt');
    this.caKeyFile = join(this.home, 'ca', 'fleet-ca.key');
    this.tlsCertificateFile = join(this.home, 'tls', 'gateway.crt');
    this.tlsKeyFile = join(this.home, 'tls', 'gateway.key');
    this.operatorTokenFile = this.secretFile('operator.token');
    this.joinTokenFile = this.secretFile('agent-join.token');
    this.upFile = join(this.home, 'run', 'up.json');
    this.lockFile = join(this.home, 'run', 'up.lock');
    this.consoleAddressFile = join(this.home, 'run', 'console-address');
  }

  secretFile(name: string): string {
    return join(this.home, 'secrets', name);
  }
  logFile(part: string): string {
    return join(this.home, 'logs', `${part}.log`);
  }
  configFile(part: string): string {
    return join(this.home, 'config', `${part}.yaml`);
  }
  /** Folder of one part's own state. */
  partFolder(part: string): string {
    return join(this.home, part);
  }

  /** Makes the folders, mode 0700, whatever the umask and whatever they were. Throws one sentence when it cannot. */
  create(): void {
    try {
      for (const name of ['', 'ca', 'tls', 'secrets', 'config', 'nats', 'questdb', 'agent', 'logs', 'run']) {
        const folder = join(this.home, name);
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        chmodSync(folder, 0o700);
      }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw new MusterError('invalid_config', `state folder ${this.home} cannot be made (${code}): choose another with --home`, error);
    }
  }

  /** The secret in `secrets/NAME`, made from 32 random bytes when it is not there. */
  secret(name: string): string {
    const file = this.secretFile(name);
    if (!existsSync(file)) writeSecret(file, `${randomBytes(32).toString('base64url')}\n`);
    return readFileSync(file, 'utf8').trim();
  }
}

/** Writes `text` so that a reader sees the old or the new file, only for its owner. */
export function writeSecret(file: string, text: string): void {
  const part = `${file}.part`;
  writeFileSync(part, text, { mode: 0o600 });
  renameSync(part, file);
}

/** The state folder named by `--home`, else `MUSTER_HOME`, else where this system keeps state of programs. */
export function findHome(option: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  if (option) return option;
  if (env['MUSTER_HOME']) return env['MUSTER_HOME'];
  return join(env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state'), 'muster');
}
