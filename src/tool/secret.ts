import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import type { Command } from 'commander'
import { Failure } from './failure.ts'
import { say, wantsJson } from './output.ts'

interface Secret { id: string, token: string, expires_at: string | null }

/**
 * Makes a token and hands its secret out this once: into a file that its owner alone may read, or alone on standard
 * output, so that it can go straight to where it is wanted. The file is opened first: a secret that cannot be kept
 * is not made.
 */
export async function handOut (
  command: Command, file: string | undefined, make: () => Promise<Secret>
): Promise<void> {
  const descriptor = file === undefined ? undefined : openNew(file)
  let made
  try {
    made = await make()
    if (descriptor !== undefined) writeSync(descriptor, `${made.token}\n`)
  } catch (error) {
    if (file !== undefined) rmSync(file, { force: true })
    throw error
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
  const { id, token, expires_at } = made
  const where = file === undefined ? 'is shown this once:' : `is in ${file}`
  process.stderr.write(`token ${id}, until ${expires_at ?? 'it is revoked'}; the secret ${where}\n`)
  if (wantsJson(command)) say(JSON.stringify({ id, expires_at, ...(file === undefined ? { token } : { file }) }))
  else if (file === undefined) say(token)
}

function openNew (file: string): number {
  try {
    return openSync(file, 'wx', 0o600)
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw new Failure(`${file} is there already; name a new file for the secret.`)
    throw new Failure(`${file} cannot be written (${code}); no token was made.`)
  }
}
