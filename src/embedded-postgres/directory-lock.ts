import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export class DirectoryInUse extends Error {
  constructor (directory: string) {
    super(`another Local Performance Platform is running on ${directory}; stop it, or set DATA_DIR to another folder`)
  }
}

/** Takes the directory for this process until it ends. Throws `DirectoryInUse`. */
export async function lockDirectory (directory: string): Promise<() => void> {
  mkdirSync(directory, { recursive: true })
  const release = await lockPath(directory)
  if (release === undefined) throw new DirectoryInUse(directory)
  return release
}

/**
 * Takes a file or folder, which exists, for this process until it ends, however it ends: the lock is a listening local
 * socket, which the kernel gives back even after `kill -9`, so there is no stale lock file to judge. Undefined: another
 * process has it.
 */
export async function lockPath (path: string): Promise<(() => void) | undefined> {
  const digest = createHash('sha256').update(realpathSync(path)).digest('hex')
  const name = `local-performance-platform-${digest.slice(0, 24)}`
  const server = createServer((socket) => socket.destroy())
  const address = socketAddress(name)
  if (!await listens(server, address)) {
    const left = process.platform !== 'linux' && process.platform !== 'win32' && !await answers(address)
    if (left) rmSync(address, { force: true })
    if (!left || !await listens(server, address)) return undefined
  }
  server.unref()
  return () => server.close()
}

// Linux's abstract sockets and Windows' pipes vanish with their process; elsewhere the socket is a file in /tmp.
function socketAddress (name: string): string {
  if (process.platform === 'linux') return `\0${name}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  return join(tmpdir(), `${name}.sock`)
}

async function listens (server: Server, address: string): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => error.code === 'EADDRINUSE' ? resolve(false) : reject(error))
    server.listen(address, () => resolve(true))
  })
}

async function answers (address: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
