import { existsSync, globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Debian's package `libfaketime`. */
const LIBRARY = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1').find((path) => existsSync(path))

/** The clock of the wall as some processes see it: what measures time goes on, as when a machine's clock is set. */
export interface WallClock {
  /** For the environment of these processes. */
  env: Record<string, string>
  /** Sets it so many days from what it is for everybody else. */
  set: (days: number) => void
}

/** Undefined where the library is not there. */
export function makeWallClock (folder: string): WallClock | undefined {
  if (LIBRARY === undefined) return undefined
  const file = join(folder, 'wall-clock')
  const set = (days: number): void => {
    writeFileSync(file, `${days < 0 ? '-' : '+'}${Math.abs(days)}d`)
  }
  set(0)
  const env = {
    LD_PRELOAD: LIBRARY, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1'
  }
  return { env, set }
}
