// No probe measured: shows how to set one up, in one file and one command.
import { Crosshair } from 'lucide-react';
import { CopyButton } from '../parts/copy-button.tsx';

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
        {ever ? 'No probe measured in these 5 minutes' : 'No probe has measured yet'}
      </h2>
      <p>
        {ever
          ? 'Either no agent was asked to probe then, or none reached the gateway: the fleet says which nodes are silent.'
          : 'A probe asks a target again and again and stores latency, loss and whether the answer was right. Any node can be one.'}
      </p>
      <p>Write what to ask into probes.yaml; coordinates put the node on the map:</p>
      <div className="code">
        <code>{SETTINGS}</code>
        <CopyButton text={SETTINGS} />
      </div>
      <p>Send it to the nodes that shall ask, by the filter of the fleet:</p>
      <div className="code">
        <code>{COMMAND}</code>
        <CopyButton text={COMMAND} />
      </div>
      <p className="small t3">The first rows are here about a minute later.</p>
    </div>
  );
}
