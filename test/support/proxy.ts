import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import type { Test } from 'tap'

/** A network between the service and its Postgres that a test can spoil. */
export interface Proxy {
  /** The URL of the database by way of it. */
  url: string
  /** Connections that are there forward nothing any more, and nobody is told; new ones do, unless `all`. */
  silence: (all?: boolean) => void
  /** The same for those alone that name themselves so when they connect, and for all such to come. */
  silenceOf: (name: string) => void
  /** New connections forward again. Those that are silent stay so. */
  mend: () => void
  /** Cuts all connections. */
  cut: () => void
  /** Cuts the next connection that something is sent through, once it has gone on: its sender waits for an answer. */
  cutSender: () => void
  /** Connections that are open and not silent. */
  readonly open: number
  /** Bytes that have come from the database. */
  readonly bytes: number
}

/** `leadsTo`: where new connections go, if not always to `url`. */
export async function startProxy (t: Test, url: string, leadsTo = () => url): Promise<Proxy> {
  const pairs = new Set<[Socket, Socket]>()
  const names = new Map<[Socket, Socket], string>()
  let [allSilent, cutSender, bytes] = [false, false, 0]
  let silentName: string | undefined
  const silencePair = (pair: [Socket, Socket]): void => {
    const [here, there] = pair
    here.unpipe(there).pause()
    there.unpipe(here).pause()
    pairs.delete(pair)
  }
  const isSilent = (pair: [Socket, Socket]): boolean =>
    silentName !== undefined && names.get(pair)?.includes(silentName) === true
  const server = createServer((here) => {
    here.on('error', () => undefined)
    if (allSilent) return
    const target = new URL(leadsTo())
    const there = connect(Number(target.port || 5432), target.hostname)
    const pair: [Socket, Socket] = [here, there]
    pairs.add(pair)
    there.on('error', () => here.destroy())
    there.on('data', (chunk) => { bytes += chunk.length })
    here.once('data', (startup) => {
      names.set(pair, startup.toString('latin1'))
      if (isSilent(pair)) silencePair(pair)
    })
    here.on('data', () => {
      if (cutSender) setImmediate(() => here.destroy())
      cutSender = false
    })
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
      for (const pair of pairs) silencePair(pair)
    },
    silenceOf: (name) => {
      silentName = name
      for (const pair of pairs) if (isSilent(pair)) silencePair(pair)
    },
    mend: () => { [allSilent, silentName] = [false, undefined] },
    cut: () => {
      for (const [here] of pairs) here.destroy()
    },
    cutSender: () => { cutSender = true },
    get open () { return pairs.size },
    get bytes () { return bytes }
  }
}
