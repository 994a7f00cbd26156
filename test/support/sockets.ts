import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/** A connection that reads nothing of what it is sent until it is told to (`resume`). */
export async function openSocket (port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').pause()
  socket.on('error', () => undefined) // a reset is how the service may end it
  await once(socket, 'connect')
  return socket
}

export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

/** Everything that still comes, until the other side ends the connection. */
export async function readToEnd (socket: Socket): Promise<string> {
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part))
  socket.resume()
  if (!socket.closed) await once(socket, 'close')
  return Buffer.concat(parts).toString('latin1')
}

/** Whether a connection that reads nothing was ended by the other side: only a write tells. */
export function hasEnded (socket: Socket): boolean {
  if (!socket.destroyed && socket.writable) socket.write('x')
  return socket.destroyed || socket.errored !== null
}

/** The memory of a process that is in use, in MiB; Linux alone says so. */
export function residentMib (pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
