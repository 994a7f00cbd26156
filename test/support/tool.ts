import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Test } from 'tap'
import { testApp, OPERATOR_TOKEN, type TestApp } from './app.ts'

const MAIN = join(import.meta.dirname, '../../src/tool/main.ts')

export interface Ran { code: number | null, stdout: string, stderr: string }
export interface RunSettings { env?: Record<string, string>, input?: string, cwd?: string }

/** Runs the command line as a user would, with nothing of the environment but what is given. */
export async function runTool (args: string[], { env = {}, input = '', cwd }: RunSettings = {}): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...env }, stdio: 'pipe', ...(cwd !== undefined && { cwd })
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  child.stdin.on('error', () => undefined) // one that ends before it reads
  child.stdin.end(input)
  return await new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** A service that listens, and the command line as the operator uses it there; `ok` is a run that must end with 0. */
export async function testTool (t: Test, now = new Date().toISOString()) {
  const served: TestApp = await testApp(t, now)
  const url = await served.app.listen({ port: 0, host: '127.0.0.1' })
  const run = async (args: string[], { env, ...settings }: RunSettings = {}): Promise<Ran> =>
    await runTool(args, { env: { LPP_URL: url, LPP_TOKEN: OPERATOR_TOKEN, ...env }, ...settings })
  const ok = async (args: string[], settings: RunSettings = {}): Promise<string> => {
    const { code, stdout, stderr } = await run(args, settings)
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code ?? 'no code'}: ${stderr}`)
    return stdout
  }
  return { ...served, url, run, ok }
}
