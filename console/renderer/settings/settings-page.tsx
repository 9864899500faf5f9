// Settings: how the console looks, which zone it tells times in, its keys, what it notifies of, and what it is made of.
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { THEME_CHOICES } from '../state/theme.ts';
import { AboutSection } from './about-section.tsx';
import { Choice } from './choice.tsx';
import { ContextSection } from './context-section.tsx';
import { CONTRAST_WORDS, MOTION_WORDS, THEME_WORDS, ZONE_WORDS } from './setting-words.ts';
import { CONTRASTS, contrast, MOTIONS, motion, singleKeys, ZONES, zone } from './settings.ts';
import { ZoomChoice } from './zoom-choice.tsx';

export default function SettingsPage() {
  const { api, desk, theme, notice } = useConsole();
  const now = useStore(desk);
  return (
    <div className="settings">
      <header className="page-title">
        <h1>Settings</h1>
        <span className="t3 small">apply at once, in all windows of this console</span>
      </header>
      <div className="settings-body">
        <section aria-labelledby="settings-look">
          <h2 id="settings-look">Appearance</h2>
          <Choice
            label="Theme"
            value={useStore(theme.choice)}
            choices={THEME_CHOICES}
            words={THEME_WORDS}
            onChange={(choice) => theme.choice.set(choice)}
          />
          <Choice
            label="Contrast"
            hint="High: contrast of at least 7:1."
            value={useStore(contrast)}
            choices={CONTRASTS}
            words={CONTRAST_WORDS}
            onChange={(choice) => contrast.set(choice)}
          />
          <Choice
            label="Motion"
            value={useStore(motion)}
            choices={MOTIONS}
            words={MOTION_WORDS}
            onChange={(choice) => motion.set(choice)}
          />
          {now?.zoomPercent != null && <ZoomChoice percent={now.zoomPercent} />}
        </section>
        <section aria-labelledby="settings-time">
          <h2 id="settings-time">Time</h2>
          <Choice label="Time zone" value={useStore(zone)} choices={ZONES} words={ZONE_WORDS} onChange={(choice) => zone.set(choice)} />
        </section>
        <section aria-labelledby="settings-keys">
          <h2 id="settings-keys">Keys</h2>
          <Choice
            label="Single-key shortcuts"
            hint="Such as ? and g then f. Turn off when using voice input."
            value={useStore(singleKeys) ? 'on' : 'off'}
            choices={ON_OFF}
            words={ON_OFF_WORDS}
            onChange={(choice) => singleKeys.set(choice === 'on')}
          />
        </section>
        {now?.notifications != null && (
          <section aria-labelledby="settings-notify">
            <h2 id="settings-notify">Notifications</h2>
            <Choice
              label="When a node goes silent or comes back"
              hint="Grouped, at most one every ten seconds. Click to open the node."
              value={now.notifications ? 'on' : 'off'}
              choices={ON_OFF}
              words={ON_OFF_WORDS}
              onChange={(choice) => {
                api.request('setNotifications', { on: choice === 'on' }).catch((error: Error) => notice.set(error.message));
              }}
            />
          </section>
        )}
        {now !== null && <ContextSection desk={now} />}
        {now !== null && <AboutSection versions={now.versions} />}
      </div>
    </div>
  );
}

const ON_OFF = ['on', 'off'] as const;
const ON_OFF_WORDS = { on: 'On', off: 'Off' };
