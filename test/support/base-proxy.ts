import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** Says of an answer that the service never saw the request. */
export const OUTSIDE = 'x-outside-of-the-base'

/**
 * A proxy that serves the service under `basePath`, as those of councils do beside their other pages. `strips`: it
 * takes the base off, as nginx does with a slash behind proxy_pass; else it passes addresses on as they are.
 */
export async function startBaseProxy (
  t: Test, to: string, { basePath, strips, headers }: {
    basePath: string, strips: boolean, headers: Record<string, string>
  }
): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const { url = '/', method } = incoming
    if (url !== basePath && !url.startsWith(`${basePath}/`) && !url.startsWith(`${basePath}?`)) {
      outgoing.writeHead(404, { [OUTSIDE]: '1' }).end()
      return
    }
    const onward = request(`${to}${strips ? url.slice(basePath.length) || '/' : url}`, {
      method, headers: { ...incoming.headers, ...headers }
    }, (answer) => {
      const { 'keep-alive': kept, ...others } = answer.headers // of this connection, and of no other
      outgoing.writeHead(answer.statusCode ?? 502, { ...others, ...(kept !== undefined && { 'x-keep-alive': kept }) })
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.keepAliveTimeout = 600_000 // else it may close a connection that the test is about to ask on
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
