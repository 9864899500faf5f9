import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Painter } from './painter.ts';

let page: { hidden: boolean; addEventListener(name: string, listener: () => void): void };
let shown: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  page = {
    hidden: false,
    addEventListener: (_, listener) => {
      shown = listener;
    },
  };
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => Number(setTimeout(frame, 16)) || 1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a job that is asked for twice runs once, in the next frame, with the others', () => {
  const painter = new Painter();
  const job = vi.fn();
  const other = vi.fn();
  painter.request(job);
  painter.request(job);
  painter.request(other);
  expect(job).not.toHaveBeenCalled();
  vi.advanceTimersByTime(16);
  expect([job.mock.calls.length, other.mock.calls.length]).toEqual([1, 1]);
  painter.request(job);
  vi.advanceTimersByTime(16);
  expect(job).toHaveBeenCalledTimes(2);
});

test('a job that must keep apart waits since its last run, and runs once for all who asked meanwhile', () => {
  const painter = new Painter();
  const job = vi.fn();
  painter.request(job, 250);
  vi.advanceTimersByTime(16);
  expect(job).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(84);
  painter.request(job, 250);
  vi.advanceTimersByTime(149);
  expect(job).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(40);
  expect(job).toHaveBeenCalledTimes(2);
});

test('a hidden window paints nothing until it shows again', () => {
  const painter = new Painter();
  const job = vi.fn();
  page.hidden = true;
  painter.request(job);
  vi.advanceTimersByTime(1000);
  expect(job).not.toHaveBeenCalled();
  page.hidden = false;
  shown();
  vi.advanceTimersByTime(16);
  expect(job).toHaveBeenCalledTimes(1);
});
