// Says over the page that it is older than the program that serves it, or the console older than the gateway.
import { VERSION } from '../../../core/common/version.ts';
import { useConsole } from '../state/console-state.ts';
import { useSelected } from '../state/store.ts';
import { StateMark } from '../widgets/state-mark.tsx';
import { versionWords } from './version-words.ts';

export function VersionNotice() {
  const { connection, pipeline } = useConsole();
  const gateway = useSelected(pipeline, (view) => view?.gatewayVersion ?? '');
  const words = useSelected(connection, (state) =>
    state.kind === 'connected' ? versionWords({ page: VERSION, host: state.hostVersion, gateway }) : '',
  );
  if (words === '') return null;
  return (
    <div className="notice" role="status">
      <StateMark state="late" />
      <span className="grow">{words}</span>
    </div>
  );
}
