import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

export interface RunningService {
  url: string
  child: ChildProcess
  /** Ends it with a signal and waits until it is gone. */
  end: (signal: NodeJS.Signals) => Promise<void>
}

/** Starts the service as a user would, with an embedded Postgres in `dataDir`; `main` of another release, if given. */
export function launchProcess (
  dataDir: string, env: Record<string, string> = {}, stderr: 'inherit' | 'pipe' | 'ignore' = 'inherit', main = MAIN
) {
  return spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'fatal', ...env },
    stdio: ['ignore', 'pipe', stderr]
  })
}

/** The same, and waits until it says its address. */
export async function startProcess (
  dataDir: string, env: Record<string, string> = {}, main?: string, stderr: 'inherit' | 'ignore' = 'inherit'
): Promise<RunningService> {
  const child = launchProcess(dataDir, env, stderr, main)
  if (child.stdout === null) throw new Error('the service has no standard output')
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /at (http:\/\/\S+)$/.exec(line)?.[1]
    if (url === undefined) continue
    return {
      url,
      child,
      end: async (signal) => {
        const gone = once(child, 'exit')
        child.kill(signal)
        await gone
      }
    }
  }
  throw new Error(`the service ended with ${child.exitCode ?? 'no code'} before it listened`)
}

/** What a start says that ends with 1. */
export async function failedStart (dataDir: string, env: Record<string, string> = {}): Promise<string> {
  const child = launchProcess(dataDir, env, 'pipe')
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await once(child, 'close')
  if (child.exitCode !== 1) throw new Error(`it ended with ${child.exitCode ?? 'no code'}: ${said}`)
  return said
}

export const operatorToken = (dataDir: string): string => readFileSync(join(dataDir, 'operator-token'), 'utf8').trim()

export const postgresPid = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
