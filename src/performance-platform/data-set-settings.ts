import type { Kysely } from 'kysely'
import type pg from 'pg'
import { mustBeFree } from './names.ts'
import { publicationOf, type PublicationInput } from './publication.ts'
import { isFieldName, isInternalField } from './field.ts'
import { ProblemError } from '../errors.ts'
import { notifyCatalogueChanged } from '../catalogue/store/catalogue.ts'
import { deleteDataSet, putDataSet } from './store/data-sets.ts'
import { queryBuilderOn } from '../postgres/database.ts'
import { readCounting, sourceNameOf, type Counting } from './store/counting.ts'
import { rebuildRecordRollups } from './store/rollup-change.ts'
import { beginWrite } from './store/write.ts'
import { senderTo } from './write/accept.ts'
import { putSource } from '../catalogue/store/sources.ts'
import type { Intake } from '../intake/intake.ts'
import { inTransaction } from '../postgres/transaction.ts'
import type { DataSetMapping, Tables } from '../postgres/tables.ts'
import { auditChange, inForce, type CatalogueChange } from '../catalogue/catalogue-change.ts'
import type { DataSet, Directory, Token } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import { governs } from '../catalogue/principal.ts'
import { expiryOf, hashOf, newSecret, TOKEN_DAYS } from '../catalogue/secret.ts'
import { dataSetAsHolder, keepToken } from '../catalogue/tokens.ts'

/** What is said of a data set. What is left out has the value the old platform took for it. */
export interface DataSetInput extends PublicationInput {
  name?: string
  queryable?: boolean
  raw_queries_allowed?: boolean
  realtime?: boolean
  auto_ids?: string[] | null
  max_age_expected?: number | null
  schema?: Record<string, unknown> | null
  dimensions?: string[]
  measures?: string[]
  labels?: Record<string, string>
  authority?: string
  service?: string
  mapping?: DataSetMapping
}

const DEFAULT_MAX_AGE = 31 * 86_400

/**
 * Makes the records of a data set count in the typed series as they do now; see performance-platform/write/count.ts.
 */
export type Recount = (
  at: { client: pg.ClientBase, db: Kysely<Tables>, directory: Directory, now: number },
  dataSetId: number,
  before: Counting | undefined,
  after: Counting | undefined
) => Promise<void>
export interface DataSetContext extends CatalogueChange { intake: Intake, recount: Recount }

/** All records may be counted anew: that is long. */
const LONG = Infinity

/** Creates or replaces a data set's configuration. Throws `ProblemError` for what does not make sense. */
export async function saveDataSet (
  context: DataSetContext, group: string, type: string, input: DataSetInput
): Promise<{ created: boolean, set: DataSet }> {
  const { intake, catalogue, catalogue: { directory }, clock, recount } = context
  const before = directory.dataSet(group, type)
  const settings = toSettings(directory, group, type, input)
  if (context.principal.kind !== 'operator') mustBeTheirs(context, { group, before, authorityId: settings.authorityId })
  const holder = directory.dataSetNamed(settings.name)
  if (holder !== undefined && holder !== before) throw nameTaken(settings.name)
  const now = clock()
  const at = new Date(now)
  const save = async (): Promise<boolean> => await inTransaction(intake.pool, async (client) => {
    const trx = queryBuilderOn(client)
    const counted = before !== undefined && await beginWrite(trx, before.id)
      ? await readCounting(trx, before.id)
      : undefined
    const saved = await putDataSet(trx, settings, at)
    if (saved === undefined) throw nameTaken(settings.name) // since a moment ago
    const { authorityId, serviceId, mapping } = settings
    if (authorityId !== null && serviceId !== null && mapping !== null) {
      await putSource(trx, {
        authorityId,
        name: sourceNameOf(group, type),
        services: [serviceId],
        providerFor: [],
        channels: {},
        takesOver: []
      }, at)
    }
    await recount({ client, db: trx, directory, now }, saved.id, counted, await readCounting(trx, saved.id))
    if (!saved.created || settings.dimensions.length > 0) await rebuildRecordRollups(trx, { id: saved.id, ...settings })
    await auditChange(trx, context, {
      action: 'put-data-set', subject: `${group}/${type}`, detail: input, authorityId: settings.authorityId
    })
    await notifyCatalogueChanged(trx)
    return saved.created
  })
  const saved = before === undefined ? save() : intake.store(senderTo(before.id, LONG), save)
  const created = await inForce(catalogue, saved)
  return { created, set: findDataSet(catalogue.directory, group, type) }
}

// Not which one: it may be unpublished.
const nameTaken = (name: string): ProblemError =>
  new ProblemError('name-taken', `Another data set has the name ${name}.`)

/** Throws `ProblemError` (forbidden) for what is not, or would not be, a data set of the administrator's own. */
function mustBeTheirs (
  { catalogue: { directory }, principal }: CatalogueChange,
  { group, before, authorityId }: { group: string, before: DataSet | undefined, authorityId: number | null }
): void {
  const owners = before === undefined ? [authorityId] : [before.authority_id, authorityId]
  if (owners.some((id) => id === null || !governs(principal, id))) {
    throw new ProblemError('forbidden', 'A data set of an administrator names an authority of its own in `authority`.')
  }
  mustBeFree(directory, principal, group)
}

/** Throws `ProblemError` (not-found) where there is no such data set. */
export function findDataSet (directory: Directory, group: string, type: string): DataSet {
  const set = directory.dataSet(group, type)
  if (set === undefined) {
    throw new ProblemError(
      'not-found',
      `There is no data set ${group}/${type}; create it with PUT /v1/data-sets/${group}/${type}.`
    )
  }
  return set
}

/** Empties and removes a data set. */
export async function removeDataSet (context: DataSetContext, set: DataSet): Promise<void> {
  const { intake, catalogue, clock, recount } = context
  const remove = async (): Promise<void> => await inTransaction(intake.pool, async (client) => {
    const trx = queryBuilderOn(client)
    if (await beginWrite(trx, set.id)) {
      await recount(
        { client, db: trx, directory: catalogue.directory, now: clock() },
        set.id,
        await readCounting(trx, set.id),
        undefined
      )
    }
    await deleteDataSet(trx, set.id)
    await auditChange(trx, context, {
      action: 'delete-data-set',
      subject: `${set.data_group}/${set.data_type}`,
      detail: {},
      authorityId: set.authority_id
    })
    await notifyCatalogueChanged(trx)
  })
  await inForce(catalogue, intake.store(senderTo(set.id, LONG), remove))
}

/** Makes a token, or takes over a secret that an old sender has already: that one does not expire unless told to. */
export async function issueDataSetToken (
  context: CatalogueChange, set: DataSet, { token: imported, days }: { token?: string, days?: number }
): Promise<{ id: string, token: string, expiresAt: Date | null }> {
  const createdAt = new Date(context.clock())
  const token = imported ?? newSecret()
  const life = days ?? (imported === undefined ? TOKEN_DAYS : undefined)
  const expiresAt = life === undefined ? null : expiryOf(createdAt, life)
  const id = await keepToken(context, dataSetAsHolder(set), {
    secret: token, createdAt, expiresAt, detail: { imported: imported !== undefined }
  })
  return { id, token, expiresAt }
}

/** The token in force of the data set that a secret is, if any. */
export function tokenToWrite (directory: Directory, set: DataSet, secret: string, now: number): Token | undefined {
  const hash = hashOf(secret)
  return directory.tokensOfDataSet(set).find((token) =>
    token.hash.equals(hash) && (token.expires_at === null || token.expires_at.getTime() > now)
  )
}

function toSettings (directory: Directory, group: string, type: string, input: DataSetInput) {
  const { dimensions = [], measures = [], mapping } = input
  for (const field of [...dimensions, ...measures]) {
    if (!isFieldName(field) || isInternalField(field)) {
      throw new ProblemError('invalid-request', `${field} cannot be a field of a record.`)
    }
  }
  for (const slug of [...Object.keys(input.labels ?? {}), ...Object.values(mapping?.aliases ?? {})]) {
    known(directory.channel(slug), 'unknown-channel', 'channel')
  }
  return {
    dataGroup: group,
    dataType: type,
    name: input.name ?? `${group}_${type}`.replaceAll('-', '_'),
    ...publicationOf(input),
    queryable: input.queryable ?? true,
    rawQueriesAllowed: input.raw_queries_allowed ?? false,
    realtime: input.realtime ?? false,
    autoIds: input.auto_ids ?? [],
    maxAgeExpected: input.max_age_expected === undefined ? DEFAULT_MAX_AGE : input.max_age_expected,
    schema: input.schema ?? null,
    dimensions,
    measures,
    labels: input.labels ?? null,
    authorityId: input.authority === undefined
      ? null
      : known(directory.authority(input.authority), 'unknown-authority', 'authority').id,
    serviceId: input.service === undefined
      ? null
      : known(directory.service(input.service), 'unknown-service', 'service').id,
    mapping: mapping ?? null
  }
}
