import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { BlockList, isIPv6, type Socket } from 'node:net'

export interface ConnectionLimits {
  /** Requests of one connection that are answered at the same time; answers go out one after the other anyway. */
  atOnce: number
  /** Requests of one connection that wait for their turn. A client who sends more is cut off: nobody reads so much. */
  waiting: number
  /** Requests of all connections that wait for their turn. */
  waitingInAll: number
  /** Nothing more is begun on a connection while so many bytes wait to be read from it. */
  unreadBytes: number
  /** A connection ends that has read nothing of what waits for it for so long. */
  unreadMs: number
  /** A connection ends on which nothing at all has moved for so many times `unreadMs`. */
  silences: number
  perAddress: number
  inAll: number
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  atOnce: 4,
  waiting: 64,
  waitingInAll: 16_384,
  unreadBytes: 1024 * 1024,
  unreadMs: 30_000,
  silences: 10,
  perAddress: 512,
  inAll: 2048
}

/** Who has not finished one answer for so long makes room for others, where room is short. */
const STALLED_MS = 5000

/** A client's connection, and what it has asked for. */
export class Connection {
  readonly socket: Socket
  readonly address: string
  /** Who asks, if not the proxy that connects. */
  client: string
  /** Answers that have begun and are not sent whole. */
  readonly begun = new Set<ServerResponse>()
  /** Bytes of answers that are ready and not sent. */
  unsent = 0
  /** When it last had nothing to read, or an answer was sent; milliseconds of `performance.now()`. */
  movedAt = performance.now()
  silences = 0
  readonly waiting: Array<() => void> = []

  constructor (socket: Socket, address: string) {
    this.socket = socket
    this.address = address
    this.client = address
  }

  get isIdle (): boolean {
    return this.begun.size === 0 && this.waiting.length === 0
  }

  get isStalled (): boolean {
    return this.socket.writableLength > 0 && performance.now() - this.movedAt > STALLED_MS
  }
}

/**
 * Bounds what one connection, one address and all of them can make the process hold. Node begins every request that a
 * client has sent, one behind the other, whether its answers are read or not: here they take turns.
 */
export class Connections {
  readonly #limits: ConnectionLimits
  readonly #isProxy: (address: string) => boolean
  readonly #bySocket = new Map<Socket, Connection>()
  /** Those of an address, the one that has asked for nothing for longest first. */
  readonly #byAddress = new Map<string, Set<Connection>>()
  #waiting = 0

  constructor ({ limits = CONNECTION_LIMITS, trustProxy }: {
    limits?: ConnectionLimits | undefined, trustProxy?: number | string[] | undefined
  } = {}) {
    this.#limits = limits
    this.#isProxy = proxiesOf(trustProxy)
  }

  /** An HTTP server whose requests go to `handle`, each in its turn. */
  server (handle: RequestListener, { keepAliveTimeout, requestTimeout }: Partial<Server>): Server {
    const server = createServer()
    if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout
    if (requestTimeout !== undefined) server.requestTimeout = requestTimeout
    server.setTimeout(this.#limits.unreadMs)
    server.on('connection', (socket: Socket) => this.#accept(socket))
    server.on('timeout', (socket: Socket) => this.#onSilence(socket))
    const take = (request: IncomingMessage, response: ServerResponse): void => this.#take(request, response, handle)
    server.on('request', take)
    // Who asks before sending a body is told to go on when the body is wanted: see refused-bodies.ts.
    server.on('checkContinue', take)
    return server
  }

  /** The connection of a socket; undefined for one that is no client's. */
  of (socket: Socket | null): Connection | undefined {
    return socket === null ? undefined : this.#bySocket.get(socket)
  }

  all (): Iterable<Connection> {
    return this.#bySocket.values()
  }

  /** Requests begun and waiting, of all connections. */
  get load (): { connections: number, begun: number, waiting: number } {
    let begun = 0
    for (const connection of this.#bySocket.values()) begun += connection.begun.size
    return { connections: this.#bySocket.size, begun, waiting: this.#waiting }
  }

  #accept (socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    const { perAddress, inAll } = this.#limits
    const own = this.#byAddress.get(address) ?? new Set()
    const isOver = own.size >= perAddress && !this.#isProxy(address)
    const isFull = this.#bySocket.size >= inAll
    if ((isOver && !hasMadeRoom(own)) || (isFull && !hasMadeRoom(this.#largest()))) {
      socket.destroy()
      return
    }
    const connection = new Connection(socket, address)
    this.#bySocket.set(socket, connection)
    this.#byAddress.set(address, own.add(connection))
    socket.once('close', () => {
      this.#bySocket.delete(socket)
      this.#waiting -= connection.waiting.length
      connection.waiting.length = 0
      own.delete(connection)
      if (own.size === 0 && this.#byAddress.get(address) === own) this.#byAddress.delete(address)
    })
  }

  #largest (): Set<Connection> {
    let largest = new Set<Connection>()
    for (const some of this.#byAddress.values()) if (some.size > largest.size) largest = some
    return largest
  }

  #take (request: IncomingMessage, response: ServerResponse, handle: RequestListener): void {
    const { socket } = request
    const connection = this.#bySocket.get(socket)
    // Node goes on reading requests from a chunk after the connection has ended.
    if (connection === undefined || socket.destroyed) return
    const own = this.#byAddress.get(connection.address)
    own?.delete(connection)
    own?.add(connection)
    connection.silences = 0
    const begin = (): void => {
      if (connection.begun.size === 0) connection.movedAt = performance.now()
      connection.begun.add(response)
      response.once('close', () => {
        connection.begun.delete(response)
        connection.movedAt = performance.now()
        this.#beginNext(connection)
      })
      handle(request, response)
    }
    if (connection.waiting.length === 0 && this.#hasTurn(connection)) begin()
    else if (connection.waiting.length < this.#limits.waiting && this.#waiting < this.#limits.waitingInAll) {
      connection.waiting.push(begin)
      this.#waiting++
    } else socket.destroy()
  }

  #beginNext (connection: Connection): void {
    while (connection.waiting.length > 0 && this.#hasTurn(connection)) {
      this.#waiting--
      connection.waiting.shift()?.()
    }
  }

  #hasTurn ({ begun, unsent, socket }: Connection): boolean {
    return begun.size < this.#limits.atOnce && unsent <= this.#limits.unreadBytes && !socket.destroyed
  }

  // Node tells of a socket on which nothing was read or written for `unreadMs`, parts of one large write included; or
  // that was kept alive for as long as it may be.
  #onSilence (socket: Socket): void {
    const connection = this.#bySocket.get(socket)
    if (connection === undefined || connection.isIdle || socket.writableLength > 0 ||
      ++connection.silences >= this.#limits.silences) socket.destroy()
    else socket.setTimeout(this.#limits.unreadMs)
  }
}

/** Ends one of some connections that has nothing to do, else one that reads nothing. */
function hasMadeRoom (connections: Set<Connection>): boolean {
  let stalled: Connection | undefined
  for (const connection of connections) {
    if (connection.socket.destroyed) continue // makes room already
    if (connection.isIdle) {
      connection.socket.destroy()
      return true
    }
    if (connection.isStalled) stalled ??= connection
  }
  stalled?.socket.destroy()
  return stalled !== undefined
}

/** Which addresses are those of proxies, whose connections are those of many clients. */
function proxiesOf (trustProxy: number | string[] | undefined): (address: string) => boolean {
  if (trustProxy === undefined) return () => false
  if (typeof trustProxy === 'number') return () => true // who connects is a proxy by then
  const proxies = new BlockList()
  const familyOf = (address: string) => isIPv6(address) ? 'ipv6' : 'ipv4'
  for (const network of trustProxy) {
    const [address = '', bits] = network.split('/')
    if (bits === undefined) proxies.addAddress(address, familyOf(address))
    else proxies.addSubnet(address, Number(bits), familyOf(address))
  }
  return (address) => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
    return proxies.check(plain, familyOf(plain))
  }
}
