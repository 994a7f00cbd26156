import type { Kysely } from 'kysely'
import { auditChange, type CatalogueChange } from '../../catalogue/catalogue-change.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { checkNewMeasure, insertNewMeasure, NewMeasureSchema, type NewMeasure } from '../../catalogue/new-measure.ts'
import { checkNewService, insertNewService, NewServiceSchema, type NewService } from '../../catalogue/new-service.ts'
import type { Proposal, ProposalKind } from '../../catalogue/store/proposals.ts'
import { DefinitionSchema, type Definition } from '../../domain/kpi/definition.ts'
import { ProblemError } from '../../errors.ts'
import { choiceIn, lazySchema, namesIn, type SchemaError } from '../../json/lazy-schema.ts'
import type { Tables } from '../../postgres/tables.ts'
import { addVersionIn, checkDefinition } from './definitions.ts'

/** What is decided together with the change that was proposed. */
export interface Agreeing { trx: Kysely<Tables>, change: CatalogueChange, at: Date, proposal: Proposal }

interface Proposable<T> {
  schema: { check: (value: unknown) => value is T, errors: (value: unknown) => SchemaError[] }
  /** Throws `ProblemError` where the change could not be made as things are now. */
  check: (directory: Directory, key: string, body: T) => void
  /** Makes it, with its line in the audit trail last. */
  apply: (agreeing: Agreeing, body: T) => Promise<unknown>
}

const kpi: Proposable<Definition> = {
  schema: lazySchema(DefinitionSchema),
  check: (directory, key, body) => {
    mustBeName(key, 60)
    checkDefinition(directory, body)
  },
  apply: async ({ trx, change, at, proposal: { key } }, body) =>
    await addVersionIn(trx, change, key, { ...body, state: body.state === 'proposed' ? 'agreed' : body.state }, at)
}
const service: Proposable<NewService> = {
  schema: lazySchema(NewServiceSchema),
  check: (directory, key, body) => {
    mustBeName(key, 120)
    checkNewService(directory, key, body)
  },
  apply: async ({ trx, change, at, proposal: { key, id } }, body) => {
    await insertNewService(trx, key, body, { at, basis: `proposal ${id}` })
    await auditChange(trx, change, { action: 'put-service', subject: key, detail: body })
  }
}
const measure: Proposable<NewMeasure> = {
  schema: lazySchema(NewMeasureSchema),
  check: checkNewMeasure,
  apply: async ({ trx, change, proposal: { key } }, body) => {
    await insertNewMeasure(trx, key, body)
    await auditChange(trx, change, { action: 'put-measure', subject: key, detail: body })
  }
}
const PROPOSABLE = { kpi, service, measure } satisfies Record<ProposalKind, unknown>

function mustBeName (key: string, length: number): void {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(key) && key.length <= length) return
  throw new ProblemError('invalid-request', `body/key: small letters, digits and single dashes, at most ${length}.`)
}

/** Throws `ProblemError` for what the direct change would be refused for. */
export function checkProposal (
  directory: Directory, { kind, key, body }: Pick<Proposal, 'kind' | 'key' | 'body'>
): void {
  const { schema, check } = proposable(kind)
  if (!schema.check(body)) throw new ProblemError('invalid-request', explain(schema.errors(body)))
  check(directory, key, body)
}

export async function applyProposal (agreeing: Agreeing): Promise<void> {
  const { kind, body } = agreeing.proposal
  await proposable(kind).apply(agreeing, body)
}

// A kind and its body go together; the compiler cannot follow that through a table.
const proposable = (kind: ProposalKind): Proposable<unknown> => PROPOSABLE[kind] as Proposable<unknown>

function explain (errors: SchemaError[]): string {
  const [first] = errors
  if (first === undefined) return 'body/body is not valid.'
  const extra = namesIn(first, 'additionalProperties').join(', ')
  const names = extra === '' ? '' : `: ${extra}`
  return `body/body${first.instancePath.replaceAll('/', '.')} ${first.message}${choiceIn(first)}${names}.`
}
