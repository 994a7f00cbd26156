import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Test } from 'tap'

export interface HttpProxy {
  url: string
  /** What it was asked: `CONNECT host:port` for a tunnel, else the whole address. */
  asked: string[]
}

/** A proxy as councils have them: tunnels for https, forwards http. */
export async function startHttpProxy (t: Test): Promise<HttpProxy> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((incoming, outgoing) => {
    asked.push(String(incoming.url))
    const { 'proxy-connection': _, ...headers } = incoming.headers
    const onward = request(String(incoming.url), { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.on('connect', (incoming, here: Socket) => {
    asked.push(`CONNECT ${String(incoming.url)}`)
    const { hostname, port } = new URL(`tcp://${String(incoming.url)}`)
    const there = connect(Number(port), hostname, () => {
      here.write('HTTP/1.1 200 Connection established\r\n\r\n')
      here.pipe(there).pipe(here)
    })
    sockets.add(there)
    there.on('error', () => here.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}
