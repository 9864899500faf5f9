// How old samples are when they can be queried first.

const ASK_MS = 100;

/** Asks for new rows for so long and gives the age of each at first sight in ms: up to 100 ms too much, never too little. */
export async function queryableAges(
  sql: (statement: string) => Promise<unknown[][]>,
  table: string,
  milliseconds: number,
): Promise<number[]> {
  const seen = new Set<string>();
  const ages: number[] = [];
  const statement = `SELECT node_id, timestamp FROM ${table} WHERE timestamp > dateadd('s', -20, now())`;
  for (const [node, time] of await sql(statement)) seen.add(`${node} ${time}`);
  for (const until = Date.now() + milliseconds; Date.now() < until; ) {
    const rows = await sql(statement);
    const now = Date.now();
    for (const [node, time] of rows) {
      const key = `${node} ${time}`;
      if (seen.has(key)) continue;
      seen.add(key);
      ages.push(now - Date.parse(String(time)));
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
  return ages;
}
