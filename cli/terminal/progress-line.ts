// How something long goes, on stderr: one line that is written over at a terminal, one every ten seconds elsewhere.

const TERMINAL_MS = 200;
const PIPE_MS = 10_000;

export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #text: (elapsedMs: number) => string;
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(stream: NodeJS.WriteStream, text: (elapsedMs: number) => string) {
    this.#stream = stream;
    this.#text = text;
    this.#timer = setInterval(() => this.#show(), stream.isTTY ? TERMINAL_MS : PIPE_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }

  #show(): void {
    const line = this.#text(performance.now() - this.#startedMs);
    this.#stream.write(this.#stream.isTTY ? `\r\u001b[K${line.slice(0, (this.#stream.columns ?? 80) - 1)}` : `${line}\n`);
  }
}
