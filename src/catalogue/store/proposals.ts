import type { Kysely, Selectable } from 'kysely'
import type { ProposalTable, Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>
export type Proposal = Selectable<ProposalTable>
export type ProposalKind = Proposal['kind']

export async function insertProposal (
  db: Db, { body, ...proposal }: Pick<
    Proposal, 'kind' | 'key' | 'body' | 'note' | 'authority_id' | 'proposed_by' | 'proposed_at'
  >
): Promise<Proposal> {
  return await db.insertInto('proposal').values({ ...proposal, body: JSON.stringify(body) })
    .returningAll().executeTakeFirstOrThrow()
}

export async function readProposal (db: Db, id: number): Promise<Proposal | undefined> {
  return await db.selectFrom('proposal').selectAll().where('id', '=', id).executeTakeFirst()
}

export interface ProposalQuestion {
  kind?: ProposalKind
  state?: Proposal['state']
  key?: string
  authorityId?: number
  before?: number
  limit: number
}

/** The newest first, of those that are asked for. */
export async function readProposals (
  db: Db, { kind, state, key, authorityId, before, limit }: ProposalQuestion
): Promise<Proposal[]> {
  let query = db.selectFrom('proposal').selectAll().orderBy('id', 'desc').limit(limit)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (state !== undefined) query = query.where('state', '=', state)
  if (key !== undefined) query = query.where('key', '=', key)
  if (authorityId !== undefined) query = query.where('authority_id', '=', authorityId)
  if (before !== undefined) query = query.where('id', '<', before)
  return await query.execute()
}

export type Decision = Pick<Proposal, 'state' | 'decided_by' | 'decided_at' | 'reason'>

/** Decides a proposal that is open; undefined where it is decided already. Others who decide it wait for the commit. */
export async function decideProposal (db: Db, id: number, decision: Decision): Promise<Proposal | undefined> {
  return await db.updateTable('proposal').set(decision).where('id', '=', id).where('state', '=', 'proposed')
    .returningAll().executeTakeFirst()
}
