#!/usr/bin/env node
// What stands at dist/muster.mjs: an older Node cannot read the program at all, and would say "SyntaxError".
const LEAST_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) < LEAST_MAJOR) {
  process.stderr.write(
    `muster: Node ${LEAST_MAJOR} or newer is needed, this is ${process.versions.node}: run it as \`npm run muster -- …\` or \`npx muster\` in the checkout, which take the Node of its packages, or install a newer one.\n`,
  );
  process.exitCode = 2;
} else {
  // Beside it in dist/.
  await import(new URL('muster-main.mjs', import.meta.url).href);
}
