import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0

/** Mounts a disk of so many bytes (`600m`), in memory, on a folder; returns whether that is allowed here. */
export const mount = (folder: string, size: string): boolean =>
  run('mount', '-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', folder)

export const unmount = (folder: string): boolean => run('umount', '-l', folder)

/** Whether a small disk can be mounted here, so that it can be full. */
export const hasTmpfs = ((): boolean => {
  if (process.platform !== 'linux') return false
  const folder = mkdtempSync(join(tmpdir(), 'lpp-mount-'))
  const may = mount(folder, '1m')
  if (may) unmount(folder)
  rmdirSync(folder)
  return may
})()

export function mountTmpfs (t: Test, folder: string, size: string): void {
  if (!mount(folder, size)) throw new Error(`${folder} could not be mounted`)
  t.teardown(() => {
    unmount(folder)
  })
}
