// The probes as scripts: one POST /api/push a second from each, with a receipt for each.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../core/common/muster-error.ts';
import { type Place, PROBE_KIND, PROBE_PLACES, PROBE_TABLE, probeName, probeValues } from '../../core/common/probe-places.ts';
import type { FleetTarget } from '../fleet/open-fleet.ts';
import type { ProbeRun, ProbeSource } from './probe-source.ts';

const INTERVAL_MS = 1000;
const TRY_AGAIN_MS = 500;
const GIVE_UP_MS = 30_000;

export function createPushProbes(target: FleetTarget): ProbeSource {
  const token = readFileSync(target.tokenFile, 'utf8').trim();
  return {
    async run(samples, begun): Promise<ProbeRun> {
      const agent = new Agent({ keepAlive: true, ca: readFileSync(target.caFile), maxSockets: PROBE_PLACES.length });
      const problems: string[] = [];
      const names = PROBE_PLACES.map((place) => `push-${probeName(place)}`);
      begun(names);
      const startMs = Date.now() + 100;
      const probes = PROBE_PLACES.map(async (place, i) => {
        const name = names[i]!;
        const timesUs: number[] = [];
        const sends: Promise<void>[] = [];
        for (let n = 0; n < samples; n++) {
          // Spread over the second, as five machines would be.
          await sleep(Math.max(0, startMs + n * INTERVAL_MS + (i * INTERVAL_MS) / PROBE_PLACES.length - Date.now()));
          const timeUs = Date.now() * 1000;
          timesUs.push(timeUs);
          const body = JSON.stringify(toSample(place, name, timeUs));
          sends.push(
            sendUntilTaken(() => postPush(target.gateway, agent, token, body, `${name}-${timeUs}`)).catch((error: unknown) => {
              problems.push(`${name} at ${new Date(timeUs / 1000).toISOString()}: ${messageOf(error)}`);
            }),
          );
        }
        await Promise.all(sends);
        return { nodeId: name, name, timesUs };
      });
      try {
        return { probes: await Promise.all(probes), problems };
      } finally {
        agent.destroy();
      }
    },
  };
}

/** One sample that no scenario counts: the first row ever makes the table, which takes the database a second. */
export async function pushFirstSample(target: FleetTarget): Promise<void> {
  const place = PROBE_PLACES[0] as Place;
  const agent = new Agent({ ca: readFileSync(target.caFile) });
  const timeUs = Date.now() * 1000;
  const body = JSON.stringify(toSample(place, `push-${probeName(place)}`, timeUs));
  const token = readFileSync(target.tokenFile, 'utf8').trim();
  try {
    await sendUntilTaken(() => postPush(target.gateway, agent, token, body, `first-${timeUs}`));
  } finally {
    agent.destroy();
  }
}

function toSample(place: Place, name: string, timeUs: number): object {
  const { country, region, city, latitude, longitude } = place;
  return {
    ...{ node_id: name, name, measurement: PROBE_TABLE, time: timeUs, country, region, city, latitude, longitude },
    tags: { probe: probeName(place), kind: PROBE_KIND, country, region },
    ...probeValues(place, Math.random),
  };
}

/** A refusal is final; a gateway that cannot take it now is asked again with the same key, so that the sample is stored once. */
async function sendUntilTaken(send: () => Promise<{ status: number; text: string }>): Promise<void> {
  for (const until = Date.now() + GIVE_UP_MS; ; ) {
    let words: string;
    try {
      const { status, text } = await send();
      if (status === 202) return;
      words = `${status} ${text}`;
      if (status < 500 && status !== 429) throw new Error(words);
    } catch (error) {
      words = messageOf(error);
      if (/^4\d\d /.test(words)) throw error;
    }
    if (Date.now() > until) throw new Error(`not taken within ${GIVE_UP_MS / 1000} s: ${words}`);
    await sleep(TRY_AGAIN_MS);
  }
}

/** Resolves with whatever the gateway answers. */
export function postPush(
  gateway: string,
  agent: Agent,
  token: string,
  body: string,
  key: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key };
    const call = request(`https://${gateway}/api/push`, { method: 'POST', agent, headers, timeout: 15_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: text.trim() }));
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error('no answer within 15 s')));
    call.on('error', reject);
    call.end(body);
  });
}
