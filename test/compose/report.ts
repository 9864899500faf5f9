// The outcome of each step: a table for the terminal, and JUnit XML for whoever runs it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tableLines } from '../../cli/terminal/table.ts';

export interface Step {
  group: string;
  name: string;
  seconds: number;
  /** What was found, or why it failed. */
  detail: string;
  ok: boolean;
}

export class Report {
  readonly steps: Step[] = [];

  /** Runs the step and notes how it ended; resolves with whether it went well. */
  async step(group: string, name: string, run: () => Promise<string>): Promise<boolean> {
    const startedMs = performance.now();
    const outcome = await run().then(
      (detail) => ({ ok: true, detail }),
      (error: unknown) => ({ ok: false, detail: error instanceof Error ? error.message : String(error) }),
    );
    const step = { group, name, seconds: (performance.now() - startedMs) / 1000, ...outcome };
    this.steps.push(step);
    process.stderr.write(`${step.ok ? 'ok    ' : 'FAILED'} ${group}: ${name} (${step.seconds.toFixed(1)} s) ${step.detail}\n`);
    return step.ok;
  }

  get failed(): number {
    return this.steps.filter(({ ok }) => !ok).length;
  }

  lines(): string[] {
    return tableLines<Step>(
      [
        { header: 'GROUP', text: ({ group }) => group },
        { header: 'STEP', text: ({ name }) => name },
        { header: 'RESULT', text: ({ ok }) => (ok ? 'ok' : 'FAILED') },
        { header: 'SECONDS', text: ({ seconds }) => seconds.toFixed(1), align: 'right' },
        { header: 'FOUND', text: ({ detail }) => detail.replaceAll('\n', ' '), maxWidth: 160 },
      ],
      this.steps,
    );
  }

  writeJunit(file: string): void {
    const cases = this.steps.map(({ group, name, seconds, detail, ok }) => {
      const text = ok ? `<system-out>${escaped(detail)}</system-out>` : `<failure message="${escaped(detail.slice(0, 500))}"/>`;
      return `    <testcase classname="compose.${escaped(group)}" name="${escaped(name)}" time="${seconds.toFixed(3)}">${text}</testcase>`;
    });
    const total = this.steps.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3);
    const suite = `  <testsuite name="compose" tests="${cases.length}" failures="${this.failed}" time="${total}">`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', suite, ...cases, '  </testsuite>', '</testsuites>', ''].join('\n'),
    );
  }
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write them
  return text.replace(/[\u0000-\u0008\u000b-\u001f]/g, ' ').replace(/[&<>"]/g, (letter) => entities[letter] as string);
}
