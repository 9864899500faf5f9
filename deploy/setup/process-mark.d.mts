// What others may use of process-mark.mjs.

/** Names the process together with its id; undefined where there is none, or only its zombie. */
export function startMark(pid: number): string | undefined;

/** True where the process of that id is the one that the mark was made of. */
export function isProcess(pid: number, mark: string): boolean;
