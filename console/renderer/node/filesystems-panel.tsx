// The filesystems of the node, fullest first.
import { formatBytes, formatNumber } from '../parts/format.ts';
import { crossed } from '../parts/limits.ts';
import { useStore } from '../state/store.ts';
import type { NodeFeed } from './node-feed.ts';

export function FilesystemsPanel({ feed }: { feed: NodeFeed }) {
  const { filesystems, loading } = useStore(feed.state);
  return (
    <section className="chart" data-chart="disk">
      <div className="chart-head">
        <h3>Filesystems</h3>
        <span className="t3">fullest first</span>
      </div>
      <div className="panel-scroll">
        <table className="plain-table">
          <thead>
            <tr>
              <th>Mount</th>
              <th>Type</th>
              <th className="num">Size</th>
              <th className="num">Free</th>
              <th className="num">
                Used <small>%</small>
              </th>
            </tr>
          </thead>
          <tbody>
            {filesystems.map(({ mount, device, kind, totalBytes, freeBytes, usedPercent }) => {
              const mark = crossed('disk', usedPercent);
              return (
                <tr key={`${mount} ${device}`}>
                  <td className="t1 cut" title={`${mount} on ${device}`}>
                    {mount}
                  </td>
                  <td className="cut">{kind}</td>
                  <td className="num">{formatBytes(totalBytes)}</td>
                  <td className="num">{formatBytes(freeBytes)}</td>
                  <td className={`num ${mark || 't1'}`}>
                    <span className="metered">
                      <span className={`meter ${mark}`}>
                        <i style={{ width: `${Math.min(100, usedPercent)}%` }} />
                      </span>
                      <span>{formatNumber(usedPercent, 1)}</span>
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {filesystems.length === 0 && !loading && <p className="t3 small panel-note">No filesystem was measured in this stretch of time.</p>}
      </div>
    </section>
  );
}
