// An output that keeps what a command writes, for its tests.
import { createPaint, type Output, toJson } from './output.ts';

export interface RecordingOutput extends Output {
  readonly stdout: string;
  readonly stderr: string;
}

export function recordingOutput(): RecordingOutput {
  let [stdout, stderr] = ['', ''];
  return {
    line: (text = '') => {
      stdout += `${text}\n`;
    },
    write: async (text) => {
      stdout += text;
    },
    json: (value) => {
      stdout += toJson(value);
    },
    note: (text) => {
      stderr += `${text}\n`;
    },
    outliveReader: () => {},
    interactive: false,
    paint: createPaint(false),
    columns: 0,
    rows: 0,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
  };
}
