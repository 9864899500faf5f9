#!/usr/bin/env node
// The command of a checkout: the same as `npm run muster -- …`.
import { main } from './run.mjs';

await main('muster', process.argv.slice(2));
