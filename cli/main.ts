#!/usr/bin/env node
// The `muster` command.
import { runProgram } from './program.ts';
import { createOutput } from './terminal/output.ts';

// A reader that has seen enough (`muster query … | head`) ends us quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const output = createOutput({ stdout: process.stdout, stderr: process.stderr, env: process.env });
process.exitCode = await runProgram(process.argv.slice(2), output, process.env);
