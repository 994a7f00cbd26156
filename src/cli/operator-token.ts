import { parseArgs } from 'node:util'
import type { CatalogueChange } from '../catalogue/catalogue-change.ts'
import { openCatalogue } from '../catalogue/live.ts'
import { issuePersonToken, tokensOfPeople, withdrawPersonToken } from '../catalogue/people.ts'
import { TOKEN_DAYS } from '../catalogue/secret.ts'
import { readConfig } from '../config.ts'
import { ProblemError } from '../errors.ts'
import { sentenceOf } from '../sentence-of.ts'
import { withDatabase } from './database-of.ts'

const USAGE = `usage: npm run -s operator-token -- make --label <whose> [--days <1 to 3660>]
       npm run -s operator-token -- list
       npm run -s operator-token -- revoke <id>
`

/** The audit trail names who did it at the machine apart from whoever has a token. */
const COMMAND = { kind: 'operator', tokenId: 'command' } as const

type Work = (change: CatalogueChange) => Promise<void>

const make = (label: string, days: number): Work => async (change) => {
  const { id, token, expiresAt } = await issuePersonToken(change, { role: 'operator', label, days })
  // The secret alone goes to standard output, so that it can go straight into a file.
  process.stderr.write(`token ${id}, until ${expiresAt.toISOString()}; the secret is shown this once:\n`)
  process.stdout.write(`${token}\n`)
}

const list: Work = async (change) => {
  for (const one of await tokensOfPeople(change)) {
    if (one.role !== 'operator') continue
    const state = one.revoked_at === null ? `until ${one.expires_at ?? 'ever'}` : `revoked ${one.revoked_at}`
    process.stdout.write(`${one.id}  ${state}  last used ${one.last_used_at ?? 'never'}  ${one.label}\n`)
  }
}

const revoke = (id: string): Work => async (change) => {
  await withdrawPersonToken(change, id)
  process.stdout.write(`token ${id} is revoked\n`)
}

function workOf (args: string[]): Work | undefined {
  const { values: { label, days }, positionals: [command, id, ...more] } = parseArgs({
    args, allowPositionals: true, options: { label: { type: 'string' }, days: { type: 'string' } }
  })
  const lasting = Number(days ?? TOKEN_DAYS)
  if (more.length > 0 || !Number.isInteger(lasting) || lasting < 1 || lasting > 3660) return undefined
  if (command === 'make' && id === undefined && label !== undefined && /^.{1,120}$/.test(label)) {
    return make(label, lasting)
  }
  if (command === 'list' && id === undefined) return list
  return command === 'revoke' && id !== undefined ? revoke(id) : undefined
}

/**
 * Tokens of operators, straight on the database: for the first one, and for when all are lost. A running service knows
 * of each at once.
 */
async function main (args: string[]): Promise<number> {
  const work = workOf(args)
  if (work === undefined) {
    process.stderr.write(USAGE)
    return 2
  }
  return await withDatabase(readConfig(), 2, async (database) => {
    const catalogue = await openCatalogue(database.db, Date.now)
    await work({ db: database.db, catalogue, clock: Date.now, principal: COMMAND })
    return 0
  })
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true
  process.stderr.write(isUsage ? USAGE : `${error instanceof ProblemError ? error.message : sentenceOf(error)}\n`)
  process.exitCode = isUsage ? 2 : 1
}
