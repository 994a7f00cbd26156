import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The URL of the embedded Postgres that runs on `directory` just now, for commands beside a running service. */
export function embeddedUrl (directory: string): string | undefined {
  const password = readOr(join(directory, 'postgres-password')).trim()
  const [, , , port] = readOr(join(resolve(directory), 'postgres', 'postmaster.pid')).split('\n')
  return password === '' || port === undefined ? undefined : connectionUrl(Number(port), password)
}

export function connectionUrl (port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
}

/** What is in a file; empty where there is none, which another process may have removed just now. */
export function readOr (file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
