// Where `muster up` keeps everything: the paths below the state folder, and its secrets.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { makeFolderDurably, writeDurably } from '../../core/node/durable-file.ts';
import { damageOf } from '../../core/node/start-file.ts';

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

  readonly #onRemade: (sentence: string) => void;

  /** `onRemade` is told of each file that was damaged and was made again. */
  constructor(home: string, onRemade: (sentence: string) => void = () => undefined) {
    this.#onRemade = onRemade;
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
        makeFolderDurably(folder);
        chmodSync(folder, 0o700);
      }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw new MusterError('invalid_config', `state folder ${this.home} cannot be made (${code}): choose another with --home`, error);
    }
  }

  /** A damaged file was made again: `sentence` names it and says what follows. */
  remade(sentence: string): void {
    this.#onRemade(sentence);
  }

  /** The secret in `secrets/NAME`, made from 32 random bytes when it is not there, or is empty or damaged: nothing that was stored hangs on it. */
  secret(name: string): string {
    const file = this.secretFile(name);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    const wrong = text === undefined ? undefined : damageOf(text);
    if (text !== undefined && wrong === undefined) return text.trim();
    const secret = randomBytes(32).toString('base64url');
    writeDurably(file, `${secret}\n`);
    if (wrong !== undefined)
      this.remade(
        `${file} (secret ${name}) ${wrong.replace('is ', 'was ')}: it was made again, programs that keep the old one need the new`,
      );
    return secret;
  }
}

/** The state folder named by `--home`, else `MUSTER_HOME`, else where this system keeps state of programs. */
export function findHome(option: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  if (option) return option;
  if (env['MUSTER_HOME']) return env['MUSTER_HOME'];
  return join(env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state'), 'muster');
}
