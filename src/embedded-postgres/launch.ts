import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { RunAs } from './run-as.ts'

export type PostgresProcess = ChildProcessByStdio<null, null, Readable>

/** Starts a program of Postgres; `onLine` gets each line that it says. */
export function launch (
  program: string, args: string[], runAs: RunAs, onLine: (line: string) => void
): PostgresProcess {
  const [command, commandArgs] = runAs.command(program, args)
  // Its own process group: Ctrl-C reaches the service alone, which drains its requests before it stops the database.
  const child = spawn(command, commandArgs, {
    ...runAs.user, detached: true, stdio: ['ignore', 'ignore', 'pipe'], env: bareEnvironment()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.trim().split('\n')) onLine(line)
  })
  return child
}

// The service's own environment holds secrets that a database server has no use for.
function bareEnvironment (): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
}
