// What chosen-tests.mjs gives.
import type { RuntimeName } from './runtimes.mjs';

/** A project of vitest.config.ts. */
export interface TestProject {
  readonly name: string;
  /** Where its test files lie. */
  readonly folders: readonly string[];
  readonly runtimes: readonly RuntimeName[];
  /** Do its tests start programs of dist/? */
  readonly built: boolean;
}

export const STORE: readonly RuntimeName[];
export const DISPLAY: readonly RuntimeName[];
export const TEST_PROJECTS: readonly TestProject[];
export const APART: readonly string[];

/** The projects with a test file that these arguments choose; without arguments all but those apart. */
export function chosenProjects(root: string, args: readonly string[]): TestProject[];

/** What those tests need. */
export function runtimesOf(projects: readonly TestProject[]): RuntimeName[];
