import {
  auditChange, committing, mustGovern, withinReach, type CatalogueChange
} from '../../catalogue/catalogue-change.ts'
import { known } from '../../catalogue/explain.ts'
import { actorOf, governs } from '../../catalogue/principal.ts'
import { notifyCatalogueChanged } from '../../catalogue/store/catalogue.ts'
import {
  decideProposal, insertProposal, readProposal, type Proposal, type ProposalKind
} from '../../catalogue/store/proposals.ts'
import { ProblemError } from '../../errors.ts'
import { inSettings } from '../../postgres/transaction.ts'
import { applyProposal, checkProposal } from './proposable.ts'

export interface ProposalInput { kind: ProposalKind, key: string, body: unknown, note: string, authority?: string }

const subjectOf = ({ id, kind, key }: Proposal): string => `proposal ${id}: ${kind} ${key}`

/**
 * Keeps a proposal for the operator to decide. Throws `ProblemError` for what would be refused if it were made at once,
 * or where it is not said for which of their authorities an administrator proposes it.
 */
export async function propose (change: CatalogueChange, { authority, ...input }: ProposalInput): Promise<Proposal> {
  const { db, catalogue: { directory }, clock, principal } = change
  const authorityId = proposerOf(change, authority)
  checkProposal(directory, input)
  return await inSettings(db, async (trx) => {
    const proposal = await withinReach(trx, change, { authorityId }, async () => await insertProposal(trx, {
      ...input, authority_id: authorityId, proposed_by: actorOf(principal), proposed_at: new Date(clock())
    }))
    const detail = { note: input.note, body: input.body }
    await auditChange(trx, change, { action: 'propose', subject: subjectOf(proposal), detail, authorityId })
    return proposal
  })
}

function proposerOf (change: CatalogueChange, name: string | undefined): number | null {
  const { catalogue: { directory }, principal } = change
  if (name !== undefined) {
    const authority = known(directory.authority(name), 'unknown-authority', 'authority')
    mustGovern(change, authority)
    return authority.id
  }
  if (principal.kind !== 'administrator') return null
  const [only, ...others] = principal.authorities
  if (only !== undefined && others.length === 0) return only
  throw new ProblemError('invalid-request', 'body/authority: name the authority of yours that proposes it.')
}

/** Throws `ProblemError` (not-found) where there is no such proposal. */
export async function findProposal ({ db }: Pick<CatalogueChange, 'db'>, id: number): Promise<Proposal> {
  const found = await readProposal(db, id)
  if (found === undefined) throw new ProblemError('not-found', `There is no proposal ${id}.`)
  return found
}

/**
 * Agrees to a proposal and makes the change, both or neither. Throws `ProblemError` where it is decided already, or
 * cannot be made any more as things are.
 */
export async function agree (change: CatalogueChange, id: number): Promise<Proposal> {
  const { catalogue, clock } = change
  checkProposal(catalogue.directory, await mustBeOpen(change, id))
  const at = new Date(clock())
  return await committing(change, async (trx) => {
    const proposal = await decideProposal(trx, id, decided(change, 'agreed', at, ''))
    if (proposal === undefined) throw alreadyDecided(id)
    await applyProposal({ trx, change, at, proposal })
    await auditChange(trx, change, entryOf('agree', proposal))
    await notifyCatalogueChanged(trx)
    return proposal
  })
}

/** Refuses a proposal, with the reason. Throws `ProblemError` where it is decided already. */
export async function refuse (change: CatalogueChange, id: number, reason: string): Promise<Proposal> {
  return await close(change, await mustBeOpen(change, id), 'refused', reason)
}

/** Takes a proposal back; for administrators of the authority that made it, and the operator. */
export async function withdraw (change: CatalogueChange, id: number): Promise<Proposal> {
  const proposal = await findProposal(change, id)
  const { authority_id: authorityId } = proposal
  const isTheirs = authorityId === null
    ? change.principal.kind === 'operator'
    : governs(change.principal, authorityId)
  if (!isTheirs) throw new ProblemError('forbidden', `Proposal ${id} is withdrawn by those who made it.`)
  return await close(change, proposal, 'withdrawn', '')
}

async function close (
  change: CatalogueChange, { id, authority_id: authorityId }: Proposal, state: 'refused' | 'withdrawn', reason: string
): Promise<Proposal> {
  return await inSettings(change.db, async (trx) => {
    const proposal = await withinReach(trx, change, { authorityId }, async () =>
      await decideProposal(trx, id, decided(change, state, new Date(change.clock()), reason)))
    if (proposal === undefined) throw alreadyDecided(id)
    await auditChange(trx, change, entryOf(state === 'refused' ? 'refuse' : 'withdraw', proposal))
    return proposal
  })
}

async function mustBeOpen (change: CatalogueChange, id: number): Promise<Proposal> {
  const proposal = await findProposal(change, id)
  if (proposal.state !== 'proposed') throw alreadyDecided(id)
  return proposal
}

const alreadyDecided = (id: number): ProblemError =>
  new ProblemError('proposal-decided', `Proposal ${id} is decided already: see GET /v1/proposals/${id}.`)

const decided = ({ principal }: CatalogueChange, state: Proposal['state'], at: Date, reason: string) => ({
  state, decided_by: actorOf(principal), decided_at: at, reason
})

const entryOf = (what: 'agree' | 'refuse' | 'withdraw', proposal: Proposal) => ({
  action: `${what}-proposal`,
  subject: subjectOf(proposal),
  detail: { reason: proposal.reason },
  authorityId: proposal.authority_id
})
