// What runs here, and whose work it stands on.
import { LICENCES } from './licences.ts';

export function AboutSection({ versions }: { versions: Readonly<Record<string, string>> }) {
  return (
    <section aria-labelledby="settings-about">
      <h2 id="settings-about">About</h2>
      <dl className="versions">
        {Object.entries(versions).map(([name, version]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{version}</dd>
          </div>
        ))}
      </dl>
      <p className="t2 small">Muster is free software under the Apache License 2.0.</p>
      <details>
        <summary className="t2 small">{LICENCES.length} packages that this console uses</summary>
        <ul className="licences">
          {LICENCES.map(({ name, licence }) => (
            <li key={name}>
              {name} <span className="t3">{licence}</span>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
