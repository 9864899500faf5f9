// Which addresses reach this machine alone. Pure.

const LOOPBACK = /^(localhost|127\.[\d.]+|::1|::ffff:127\.[\d.]+)$/i;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
