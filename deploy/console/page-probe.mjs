// Asks the page of a started console by Chromium's own protocol: the fuses keep every other way in closed.

/** The value of an expression, awaited. Rejects where there is no page yet. @param {number} port @param {string} expression @returns {Promise<any>} */
export async function evaluateInPage(port, expression) {
  const targets = /** @type {{ type: string, webSocketDebuggerUrl: string }[]} */ (
    await (await fetch(`http://127.0.0.1:${port}/json`)).json()
  );
  const page = targets.find(({ type }) => type === 'page');
  if (page === undefined) throw new Error('there is no page yet');
  const socket = new WebSocket(page.webSocketDebuggerUrl);
  try {
    return await new Promise((resolve, reject) => {
      socket.onerror = () => reject(new Error('the page cannot be asked'));
      socket.onclose = () => reject(new Error('the page went away'));
      socket.onmessage = ({ data }) => {
        const { result } = JSON.parse(data);
        if (result?.exceptionDetails) reject(new Error(result.exceptionDetails.text));
        else resolve(result?.result?.value);
      };
      socket.onopen = () =>
        socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression, awaitPromise: true, returnByValue: true } }));
    });
  } finally {
    socket.close();
  }
}
