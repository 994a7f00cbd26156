import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const CLI = join(import.meta.dirname, '../../src/cli')

export interface Told { code: number | null, out: string, err: string }

/** `npm run backup` or `npm run restore`, as an operator runs it, on a data folder or with other variables. */
export function launch (command: 'backup' | 'restore', args: string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [join(CLI, `${command}.ts`), ...args], {
    env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe']
  })
}

export async function run (
  command: 'backup' | 'restore', args: string[], env: Record<string, string>
): Promise<Told> {
  const child = launch(command, args, env)
  const [out, err] = [child.stdout, child.stderr].map(async (stream) => stream === null ? '' : await text(stream))
  const [code] = await once(child, 'close') as [number | null]
  return { code, out: await out ?? '', err: await err ?? '' }
}
