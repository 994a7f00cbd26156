import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import type { Test } from 'tap'

/** A network between the service and its Postgres that a test can spoil. */
export interface Proxy {
  /** The URL of the database by way of it. */
  url: string
  /** Connections that are there forward nothing any more, and nobody is told; new ones do, unless `all`. */
  silence: (all?: boolean) => void
  /** New connections forward again. Those that are silent stay so. */
  mend: () => void
  /** Cuts all connections. */
  cut: () => void
  /** Connections that are open and not silent. */
  readonly open: number
  /** Bytes that have come from the database. */
  readonly bytes: number
}

export async function startProxy (t: Test, url: string): Promise<Proxy> {
  const target = new URL(url)
  const pairs = new Set<[Socket, Socket]>()
  let [allSilent, bytes] = [false, 0]
  const server = createServer((here) => {
    here.on('error', () => undefined)
    if (allSilent) return
    const there = connect(Number(target.port || 5432), target.hostname)
    const pair: [Socket, Socket] = [here, there]
    pairs.add(pair)
    there.on('error', () => here.destroy())
    there.on('data', (chunk) => { bytes += chunk.length })
    here.pipe(there).pipe(here)
    there.on('close', () => {
      if (pairs.delete(pair)) here.destroy()
    })
    here.on('close', () => there.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const mine = new URL(url)
  mine.hostname = '127.0.0.1'
  mine.port = String((server.address() as AddressInfo).port)
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    for (const [, there] of pairs) there.destroy()
    server.close()
    await once(server, 'close')
  })
  return {
    url: mine.href,
    silence: (all = false) => {
      allSilent = all
      for (const [here, there] of pairs) {
        here.unpipe(there).pause()
        there.unpipe(here).pause()
      }
      pairs.clear()
    },
    mend: () => { allSilent = false },
    cut: () => {
      for (const [here] of pairs) here.destroy()
    },
    get open () { return pairs.size },
    get bytes () { return bytes }
  }
}
