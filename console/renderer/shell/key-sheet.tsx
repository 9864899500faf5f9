// `?`: every key there is, by where it holds.
import { X } from 'lucide-react';
import { useConsole } from '../state/console-state.ts';
import { Dialog } from '../widgets/dialog.tsx';
import { KEY_ROWS, keyWords } from './keys.ts';

const PLACES = [...new Set(KEY_ROWS.map(({ where }) => where))];

export function KeySheet() {
  const { keysOpen } = useConsole();
  const close = (): void => keysOpen.set(false);
  return (
    <Dialog label="All keys" className="key-sheet" close={close}>
      <header>
        <h2>Keys</h2>
        <span className="grow" />
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <X size={16} strokeWidth={1.6} aria-hidden="true" />
        </button>
      </header>
      <div className="places">
        {PLACES.map((place) => (
          <section key={place} aria-labelledby={`keys-${place}`}>
            <h3 id={`keys-${place}`}>{place}</h3>
            <dl>
              {KEY_ROWS.filter(({ where }) => where === place).map(({ what, keys }) => (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>
                    {keys.map((combination) => (
                      <kbd key={combination}>{keyWords(combination)}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
