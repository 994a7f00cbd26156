import { createInterface } from 'node:readline/promises'
import { Failure } from './failure.ts'

/**
 * Asks before something is taken away; `--yes` has answered already.
 * @throws Failure where nobody is there to be asked, or says no.
 */
export async function confirm (what: string, { yes }: { yes?: boolean }): Promise<void> {
  if (yes === true) return
  if (!process.stdin.isTTY) throw new Failure(`${what} Nobody is there to be asked: add --yes to do it.`)
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await asking.question(`${what} Do it? (yes/no) `)
  asking.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('Nothing was done.')
}
