import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { bearer } from './builders.ts'
import { operatorToken, type RunningService } from './process.ts'

const MAIN = join(import.meta.dirname, '../../src/tool/main.ts')

export interface Ran { code: number | null, out: string, err: string }

export interface Started { child: ChildProcess, ended: Promise<Ran> }

/** Starts the command line as a scheduler would: no terminal, an environment of its own. */
export function startTool (args: string[], env: Record<string, string>, input?: string): Started {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', 'pipe', 'pipe']
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text })
  child.stdin.on('error', () => undefined) // it may end before it has read all
  child.stdin.end(input ?? '')
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, out, err })) }
}

export const tool = async (args: string[], env: Record<string, string>, input?: string): Promise<Ran> =>
  await startTool(args, env, input).ended

/** A source of Solihull that may send what is below, and its token. */
export async function makeSource (url: string, dataDir: string, name: string): Promise<string> {
  const headers = { ...bearer(operatorToken(dataDir)), 'content-type': 'application/json' }
  const ask = async (method: string, path: string, body: object): Promise<any> => {
    const answer = await fetch(`${url}/v1/sources/solihull/${name}${path}`, {
      method, headers, body: JSON.stringify(body)
    })
    if (!answer.ok) throw new Error(await answer.text())
    return await answer.json()
  }
  await ask('PUT', '', { services: ['report-missed-bin'], channels: { Phone: 'telephone-agent' } })
  return (await ask('POST', '/tokens', {})).token
}

/** An event of November 2025, the n-th of a source. */
export const eventLine = (n: number, more: object = {}): string => JSON.stringify({
  id: `E-${n}`,
  authority: 'solihull',
  service: 'report-missed-bin',
  occurred_at: `2025-11-${String(1 + n % 28).padStart(2, '0')}T08:31:00Z`,
  channel: 'Phone',
  ...more
})

/** How many missed bins the public is told of, in all of that month. */
export async function countOf ({ url }: Pick<RunningService, 'url'>): Promise<number> {
  const answer = await fetch(
    `${url}/v1/series?authority=solihull&service=report-missed-bin&period=month&start_on=2025-11-01&end_on=2025-11-30`
  )
  const { data } = await answer.json() as { data: Array<{ values: Array<{ value: number | null }> }> }
  return data[0]?.values[0]?.value ?? 0
}
