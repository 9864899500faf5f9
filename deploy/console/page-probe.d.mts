// The types of page-probe.mjs, for what is written in TypeScript.
/** The value of an expression, awaited; undefined where it cannot be said as JSON. Rejects where there is no page yet. */
export function evaluateInPage(port: number, expression: string): Promise<unknown>;
