import { connect, type Socket } from 'node:net'

/**
 * One keep-alive connection that sends requests made beforehand and reads no more of an answer than it must: the client
 * shares two cores with what it measures.
 */
export class Connection {
  readonly #socket: Socket
  #buffer: Buffer = Buffer.alloc(0)
  #waiting: { resolve: (answer: Answer) => void, reject: (error: Error) => void } | undefined

  constructor (url: string) {
    const { hostname, port } = new URL(url)
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true })
    this.#socket.on('data', (chunk) => {
      this.#read(chunk)
    })
    const fail = (error?: Error): void => {
      this.#waiting?.reject(error ?? new Error('closed'))
    }
    this.#socket.on('error', fail).on('close', () => fail())
  }

  async send (request: Buffer): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close (): void {
    this.#socket.destroy()
  }

  #read (chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    const end = this.#buffer.indexOf('\r\n\r\n')
    if (end === -1) return
    const head = this.#buffer.toString('latin1', 0, end)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (this.#buffer.length < end + 4 + length) return
    const answer = { status: Number(head.slice(9, 12)), head, body: this.#buffer.subarray(end + 4, end + 4 + length) }
    this.#buffer = this.#buffer.subarray(end + 4 + length)
    this.#waiting?.resolve(answer)
  }
}

export interface Answer { status: number, head: string, body: Buffer }

export function post (path: string, headers: Record<string, string>, body: string): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([
    Buffer
      .from(`POST ${path} HTTP/1.1\r\nhost: bench\r\n${lines({ ...headers, 'content-length': String(bytes.length) })}\r\n`),
    bytes
  ])
}

export function get (path: string, headers: Record<string, string> = {}): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: bench\r\n${lines(headers)}\r\n`)
}

function lines (headers: Record<string, string>): string {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')
}

/**
 * Sends all requests over `connections` connections and returns the seconds it took and each request's milliseconds.
 */
export async function sendAll (
  url: string, requests: readonly Buffer[], connections: number, statuses = [200]
): Promise<{ seconds: number, latencies: number[] }> {
  const open = Array.from({ length: connections }, () => new Connection(url))
  const latencies: number[] = []
  let next = 0
  const started = performance.now()
  await Promise.all(open.map(async (connection) => {
    for (let i = next++; i < requests.length; i = next++) {
      const from = performance.now()
      const { status, body } = await connection.send(requests[i]!)
      if (!statuses.includes(status)) throw new Error(`${status} ${body.toString().slice(0, 500)}`)
      latencies.push(performance.now() - from)
    }
  }))
  const seconds = (performance.now() - started) / 1000
  for (const connection of open) connection.close()
  return { seconds, latencies }
}
