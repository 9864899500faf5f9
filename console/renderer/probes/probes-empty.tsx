// No probe measured: shows how to set one up, in one file and one command.
import { Crosshair } from 'lucide-react';
import { CopyButton } from '../widgets/copy-button.tsx';

const SETTINGS = `labels: { region: gh-accra, city: Accra, latitude: "5.6", longitude: "-0.19" }
probes:
  - { name: gateway, kind: tcp, target: "gateway.example.org:7443" }
  - { name: api, kind: http, target: "https://api.example.org/health", interval: 30s }
  - { name: lagos, kind: icmp, target: lagos.example.org, targetRegion: ng-lagos }`;
const COMMAND = 'muster config put probes probes.yaml --filter region:gh-accra';

/** `ever`: probes measured before, and not in the minutes looked at. */
export function ProbesEmpty({ ever }: { ever: boolean }) {
  return (
    <div className="blank probes-empty">
      <h2>
        <Crosshair size={16} strokeWidth={1.6} />
        {ever ? 'No probe results in the last 5 minutes' : 'No probe results yet'}
      </h2>
      <p>
        {ever
          ? 'No agent was set up to probe then, or none reached the gateway. The fleet shows which nodes are silent.'
          : 'A probe checks a target at an interval and records latency, loss and whether the answer was correct. Any node can run probes.'}
      </p>
      <p>Describe the targets in probes.yaml. Coordinates place the node on the map:</p>
      <div className="code">
        <code>{SETTINGS}</code>
        <CopyButton text={SETTINGS} />
      </div>
      <p>Send it to the nodes that should run the probes, chosen by a filter:</p>
      <div className="code">
        <code>{COMMAND}</code>
        <CopyButton text={COMMAND} />
      </div>
      <p className="small t3">The first results appear after about a minute.</p>
    </div>
  );
}
