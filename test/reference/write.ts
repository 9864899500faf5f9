// `npm run reference`: writes docs/reference.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REFERENCE_FOLDER, referencePages } from './reference.ts';

mkdirSync(REFERENCE_FOLDER, { recursive: true });
for (const [name, text] of await referencePages()) {
  writeFileSync(join(REFERENCE_FOLDER, name), text);
  console.log(`docs/reference/${name}`);
}
