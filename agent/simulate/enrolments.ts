// How simulated nodes enrol: a few at a time, all over one connection, as a handshake for each would be most of the work.
import { readFileSync } from 'node:fs';
import { MusterError } from '../../core/common/muster-error.ts';
import { Turns } from '../../core/common/turns.ts';
import type { NodeInfo } from '../../proto/gen/messages.ts';
import { type AgentChannel, createChannel } from '../uplink/channel.ts';
import { enrol } from '../uplink/enrolment.ts';
import { type Identity, loadKey, saveCertificate, saveKey } from '../uplink/identity.ts';
import { createKey } from '../uplink/signing-request.ts';
import type { SimulateConfig } from './config.ts';

const AT_ONCE = 32;

export class Enrolments {
  readonly #config: Pick<SimulateConfig, 'caFile' | 'joinTokenFile' | 'gateway'>;
  readonly #turns = new Turns(AT_ONCE);
  /** Under way or waiting for their turn. */
  #open = 0;
  #waiting: (() => void)[] = [];
  #channel: AgentChannel | undefined;

  constructor(config: Pick<SimulateConfig, 'caFile' | 'joinTokenFile' | 'gateway'>) {
    this.#config = config;
  }

  /** Enrols a node and keeps its identity in `stateDir`. Rejects as `enrol` does, and with `failed_precondition` where a setting is missing. */
  async enrol(stateDir: string, node: NodeInfo): Promise<Identity> {
    this.#open += 1;
    try {
      return await this.#turns.take(() => this.#enrol(stateDir, node));
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#settle();
    }
  }

  /** Resolves when no node enrols or waits for its turn. */
  settled(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #settle(): void {
    this.#channel?.close();
    this.#channel = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #enrol(stateDir: string, node: NodeInfo): Promise<Identity> {
    const { caFile, joinTokenFile, gateway } = this.#config;
    if (caFile === undefined || joinTokenFile === undefined) {
      const missing = caFile === undefined ? '--ca-file' : '--join-token-file';
      throw new MusterError('failed_precondition', `node ${node.name} has no identity in ${stateDir} and ${missing} is not set`);
    }
    // The key of an attempt whose answer was lost: with it the token gives the same identity and no further use is spent.
    let keyPem = loadKey(stateDir);
    if (keyPem === undefined) {
      keyPem = createKey();
      saveKey(stateDir, keyPem);
    }
    const ca = readFileSync(caFile);
    this.#channel ??= createChannel({ gateway, ca });
    const joinToken = readFileSync(joinTokenFile, 'utf8').trim();
    const identity = await enrol({ gateway, ca, joinToken, keyPem, node, channel: this.#channel });
    saveCertificate(stateDir, identity.certificate.toString(), identity.ca.toString());
    return identity;
  }
}
