#!/usr/bin/env node
// The `muster` command.
import { runProgram } from './program.ts';
import { createOutput } from './terminal/output.ts';

const output = createOutput({ stdout: process.stdout, stderr: process.stderr, env: process.env });
process.exitCode = await runProgram(process.argv.slice(2), output, process.env);
