// Which context the window shows, and the others of the contexts file.
import type { DeskState } from '../../common/desk-api.ts';
import { contextName } from '../shell/context-name.ts';
import { useConsole } from '../state/console-state.ts';

export function ContextSection({ desk }: { desk: DeskState }) {
  const { api, notice } = useConsole();
  const { context, contexts, contextsProblem } = desk;
  const shown = contexts.some(({ name }) => name === context.name) ? contexts : [context, ...contexts];
  return (
    <section aria-labelledby="settings-contexts">
      <h2 id="settings-contexts">Contexts</h2>
      {contextsProblem !== '' && <p className="bad small">{contextsProblem}</p>}
      <table className="context-table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Gateway</th>
            <th scope="col">Tags</th>
            <th scope="col">Changes</th>
            <th scope="col">Window</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ name, gateway, colour, tags, readOnly }) => (
            <tr key={name}>
              <td>
                <i className="context-dot" data-colour={colour} />
                {name === context.name ? contextName(context) : name}
              </td>
              <td className="mono">{gateway}</td>
              <td>{tags.join(', ') || '–'}</td>
              <td>{readOnly ? 'read-only until unlocked' : 'allowed'}</td>
              <td>
                {name === context.name ? (
                  <span className="t3">this window</span>
                ) : (
                  <button
                    type="button"
                    className="link"
                    onClick={() => void api.request('openContext', { name }).catch((error: Error) => notice.set(error.message))}
                  >
                    Open {name}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="t3 small">
        Contexts are shared with the command line. Add one with{' '}
        <code className="mono">muster context add prod --gateway … --read-only</code>.
      </p>
    </section>
  );
}
