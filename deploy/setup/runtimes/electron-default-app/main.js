// Stands in for Electron's own default app: opens the app whose folder or file is the first plain argument, as `electron PATH` does.
const { app } = require('electron');
const { existsSync, statSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, resolve } = require('node:path');

const modules = [];
let target;
for (let position = 1; position < process.argv.length && !target; position += 1) {
  const argument = process.argv[position];
  if (argument === '-r' || argument === '--require') {
    position += 1;
    modules.push(process.argv[position]);
  } else if (!argument.startsWith('-')) {
    target = resolve(argument);
  }
}

if (modules.length > 0) Module._preloadModules(modules);

if (!target) {
  console.error('Name the app to open: electron PATH');
  app.exit(2);
} else if (!existsSync(target)) {
  console.error(`There is no app at ${target}`);
  app.exit(2);
} else {
  const folder = statSync(target).isDirectory() ? target : dirname(target);
  const description = join(folder, 'package.json');
  const about = existsSync(description) ? JSON.parse(require('node:fs').readFileSync(description, 'utf8')) : {};
  const name = about.productName ?? about.name;
  if (about.version) app.setVersion(about.version);
  if (name) {
    app.setName(name);
    app.setPath('userData', join(app.getPath('appData'), name));
  }
  app.setAppPath(folder);
  const main = target === folder ? join(folder, about.main ?? 'index.js') : target;
  Module._load(main, Module, true);
}
