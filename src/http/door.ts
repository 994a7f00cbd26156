import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { lookup } from 'node:dns/promises'
import type { AddressInfo } from 'node:net'
import { ERRORS } from '../errors.ts'
import { withoutBase } from './plugins/base-address.ts'
import { Connections } from './plugins/connections.ts'

/** For whoever asks before the service is ready. */
const RETRY_AFTER_SECONDS = '5'

/** The service could not listen, in one sentence for whoever started it. */
export class CannotListen extends Error {}

/**
 * The address of the service, which answers from the first moment of a start: that the process lives, and that it is
 * not ready, and why. Once the app opens it, the same server answers with the app: no connection is lost between.
 */
export class Door {
  readonly connections: Connections
  readonly #server: Server
  readonly #basePath: string
  #handle: RequestListener = (request, response) => this.#refuse(request, response)
  #app: RequestListener | undefined
  /** What the start is at, for the probe of readiness. */
  why = 'the service is starting'

  constructor ({ trustProxy, basePath }: { trustProxy: number | string[] | undefined, basePath: string }) {
    this.connections = new Connections({ trustProxy })
    this.#basePath = basePath
    this.#server = this.connections.server((request, response) => this.#handle(request, response), {})
  }

  /** Listens, and resolves with the address. Throws `CannotListen`. */
  async listen (host: string, port: number): Promise<string> {
    try {
      // A name may stand for addresses of both families; clients of old try the first of IPv4.
      const { address } = await lookup(host, { order: 'ipv4first' })
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject).listen(port, address, resolve)
      })
    } catch (error) {
      throw new CannotListen(whyNot(error as NodeJS.ErrnoException, host, port))
    }
    this.#server.removeAllListeners('error')
    const { address, family, port: taken } = this.#server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`
  }

  /** The server for the app, which gets its requests from `open` on. */
  serverFor (app: RequestListener, times: Pick<Server, 'keepAliveTimeout' | 'requestTimeout'>): Server {
    this.#app = app
    return Object.assign(this.#server, times)
  }

  open (): void {
    if (this.#app !== undefined) this.#handle = this.#app
  }

  close (): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #refuse (request: IncomingMessage, response: ServerResponse): void {
    const path = withoutBase(request.url ?? '', this.#basePath).replace(/\/?(\?.*)?$/, '')
    request.resume() // else the connection could not be kept for the next request
    if (path === '/livez') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}')
      return
    }
    const { status, title } = ERRORS.unavailable
    response.writeHead(status, {
      'content-type': 'application/problem+json',
      'retry-after': RETRY_AFTER_SECONDS,
      'access-control-allow-origin': '*' // pages of any origin read the service's answers
    }).end(JSON.stringify({
      type: `${this.#basePath}/v1/errors/unavailable`,
      title,
      status,
      code: 'unavailable',
      detail: `Starting: ${this.why}.`
    }))
  }
}

function whyNot ({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} of ${host} is in use: stop what listens there, or set PORT to another port, or to 0 for a ` +
        'free one'
    case 'EACCES':
      return `port ${port} may not be listened on by this user: set PORT to 1024 or more`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return `HOST (${host}) is no address of this machine (${code}): set it to one, or to 0.0.0.0 or :: for all`
    default:
      return `${host}:${port} cannot be listened on: ${message}`
  }
}
