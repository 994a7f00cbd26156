import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'

/** Every process that works in a folder or below it: a Postgres on a data directory, the programs of its initdb. */
export function processesOn (folder: string): number[] {
  const root = realpathSync(folder)
  return readdirSync('/proc').map(Number).filter((pid) => {
    try {
      const cwd = readlinkSync(`/proc/${pid}/cwd`)
      return Number.isInteger(pid) && pid !== process.pid && (cwd === root || cwd.startsWith(`${root}/`))
    } catch {
      return false
    }
  })
}

/** What a process calls itself; Postgres says there what a backend does. */
export function titleOf (pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}
