import { setTimeout as wait } from 'node:timers/promises'

/** For a machine that has twenty times as much to do as it can; what is waited for comes in milliseconds elsewhere. */
const PATIENCE_MS = 60_000

/** Waits until something is so. Throws, with what was waited for, where it never is. */
export async function waitUntil (
  what: string, isSo: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS
): Promise<void> {
  const last = Date.now() + patienceMs
  while (!await isSo()) {
    if (Date.now() > last) throw new Error(`waited in vain until ${what}`)
    await wait(20)
  }
}
