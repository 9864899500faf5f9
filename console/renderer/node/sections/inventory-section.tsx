// What the machine is and was: hardware, system, addresses, labels, what it lets be done and measures, and every change of it.
import type { ReactNode } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { formatAge, formatBytes, formatClock, formatDay, formatNumber } from '../../widgets/format.ts';
import { formOf } from '../actions/command-forms.ts';
import { useInventory } from './use-inventory.ts';

export function InventorySection({ node }: { node: FleetNode }) {
  const { fleet } = useConsole();
  const { changes, cut, unavailable, problem } = useInventory(node.nodeId);
  const since = (ms: number | null): string => (ms === null ? '–' : `${formatDay(ms)}, ${formatAge(fleet.now() - ms)} ago`);
  return (
    <>
      <section className="chart whole inventory">
        {problem !== '' && <p className="bad small">{problem}</p>}
        <Facts title="Identity">
          <Fact name="Node id">
            <span className="mono">{node.nodeId}</span> <CopyButton text={node.nodeId} />
          </Fact>
          <Fact name="Name">{node.name}</Fact>
          <Fact name="Enrolled">{since(node.enrolledMs)}</Fact>
          <Fact name="Gateway">{node.gateway}</Fact>
          <Fact name="Agent">{node.agentVersion}</Fact>
          <Fact name="Samples every">{`${formatNumber(node.intervalMs / 1000, node.intervalMs % 1000 === 0 ? 0 : 1)} s`}</Fact>
        </Facts>
        <Facts title="Hardware">
          <Fact name="Model">{node.model}</Fact>
          <Fact name="CPU">{node.cpuModel}</Fact>
          <Fact name="Cores">{formatNumber(node.cpuCores)}</Fact>
          <Fact name="Memory">{formatBytes(node.memoryBytes)}</Fact>
          <Fact name="Runs on">{node.virtualization || 'bare metal'}</Fact>
        </Facts>
        <Facts title="System">
          <Fact name="System">{node.os}</Fact>
          <Fact name="Kernel">{node.kernel}</Fact>
          <Fact name="Architecture">{node.arch}</Fact>
          <Fact name="Started">{since(node.bootMs)}</Fact>
        </Facts>
        <Facts title="Addresses">
          {node.addresses.map((address) => (
            <div key={address} className="mono">
              {address} <CopyButton text={address} />
            </div>
          ))}
          {node.addresses.length === 0 && <div className="t3">None reported.</div>}
        </Facts>
        <Facts title="Labels">
          {Object.entries(node.labels).map(([name, value]) => (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ))}
          {Object.keys(node.labels).length === 0 && <div className="t3">No labels</div>}
        </Facts>
        <Facts title="Allowed commands">
          <div>{node.commands.map((name) => formOf(name).title).join(', ') || 'None'}</div>
        </Facts>
        <Facts title="Unavailable collectors">
          {[...unavailable].map(([collector, reason]) => (
            <Fact key={collector} name={collector}>
              <span className="late">unavailable:</span> {reason}
            </Fact>
          ))}
          {unavailable.size === 0 && <div className="t3">None</div>}
        </Facts>
      </section>
      <section className="chart whole">
        <div className="chart-head">
          <h3>Changes</h3>
          <span className={cut === '' ? 't3' : 'late'}>newest first{cut !== '' && `, ${cut}`}</span>
        </div>
        <table className="plain-table events-table">
          <tbody>
            {changes.map(({ timeMs, what, before, after }) => (
              <tr key={`${timeMs} ${what}`}>
                <td title={new Date(timeMs).toISOString()}>
                  {formatDay(timeMs).replace(/,.*$/, '')} {formatClock(timeMs)}
                </td>
                <td>{what}</td>
                <td className="cut" title={`${before} → ${after}`}>
                  {before || 'none'} → <b className="t1">{after || 'none'}</b>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {changes.length === 0 && <p className="t3 small panel-note">No changes since enrolment</p>}
      </section>
    </>
  );
}

function Facts({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="facts">
      <h3>{title}</h3>
      {children}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <span className="t3">{name}</span>
      <span>{children || '–'}</span>
    </div>
  );
}
