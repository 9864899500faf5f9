// Brings the settings of appearance to the root element, where the style sheets read them, and the time zone to the formats.

import { appearance } from '../state/look.ts';
import { setZone } from '../widgets/format.ts';
import { contrast, motion, zone } from './settings.ts';

const moreContrast = matchMedia('(prefers-contrast: more)');

let drawnWith = '';

function apply(): void {
  const root = document.documentElement.dataset;
  const choice = contrast.get();
  root['contrast'] = (choice === 'system' ? moreContrast.matches : choice === 'more') ? 'more' : 'standard';
  root['motion'] = motion.get();
  setZone(zone.get());
  const drawn = `${root['contrast']} ${zone.get()}`;
  if (drawn === drawnWith) return;
  drawnWith = drawn;
  appearance.set(appearance.get() + 1);
}

/** From now on; before anything is drawn. */
export function followSettings(): void {
  apply();
  for (const setting of [contrast, motion, zone]) setting.subscribe(apply);
  moreContrast.addEventListener('change', apply);
}
