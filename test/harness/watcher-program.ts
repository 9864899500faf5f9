// Somebody who watches a node, as a process of its own that can be killed: `node watcher-program.ts GATEWAY CA_FILE TOKEN_FILE NODE INTERVAL_MS MEASUREMENT…`.
// A line when it asks, and one for each update: when it came and when its newest sample was taken, Unix milliseconds.
import { openFleet } from '../../cli/fleet/open-fleet.ts';

const [gateway = '', caFile = '', tokenFile = '', nodeId = '', intervalMs = '', ...measurements] = process.argv.slice(2);
const client = openFleet({ gateway, caFile, tokenFile });
process.stdout.write(`${JSON.stringify({ wishedMs: Date.now() })}\n`);
for await (const { frames } of client.stream('watchMetrics', { nodeIds: [nodeId], measurements, intervalMs: Number(intervalMs) })) {
  const atMs = Date.now();
  // The first time of a frame is absolute, the others are differences to the one before.
  const sampledMs = Math.max(...frames.map((frame) => frame.timeUs.reduce((sum, difference) => sum + difference, 0) / 1000));
  process.stdout.write(`${JSON.stringify({ atMs, sampledMs, measurements: frames.map((frame) => frame.measurement) })}\n`);
}
