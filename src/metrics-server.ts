import { createServer } from 'node:http'
import type { Registry } from 'prom-client'
import { CannotListen } from './http/door.ts'

/**
 * Serves `/metrics` on a port of its own, without a token: who can reach it is for the network to say. Throws
 * `CannotListen`.
 */
export async function serveMetrics (
  registry: Registry, { host, port }: { host: string, port: number }
): Promise<{ port: number, close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end()
    )
  })
  server.maxConnections = 20
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => reject(new CannotListen(
      `METRICS_PORT ${port} of ${host} cannot be listened on (${code}): set it to another port, or leave it out`
    )))
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
