import { changeCatalogue, type CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { isUnknown, type Directory } from '../../catalogue/directory.ts'
import { explainUnknown } from '../../catalogue/explain.ts'
import { replaceNeighbours, type NeighbourModel } from '../../catalogue/store/settings.ts'
import { ProblemError, type RowError } from '../../errors.ts'

/** A neighbour as it is sent; slugs or codes. Rank 1 is the nearest. */
export interface NeighbourInput { authority: string, neighbour: string, rank: number }
/** The published model that the ranks are of; `date` YYYY-MM-DD, null where it bears none. */
export interface ModelInput { title: string, source: string, date: string | null }

interface Resolved { authority_id: number, neighbour_id: number, rank: number }

/** Every row resolved, or everything that is wrong with them. */
export function checkNeighbours (
  { catalogue: { directory } }: CatalogueChange, inputs: readonly NeighbourInput[]
): { rows: Resolved[], errors: RowError[] } {
  const errors: RowError[] = []
  const rows: Resolved[] = []
  const seen = new Set<string>()
  for (const [index, { authority, neighbour, rank }] of inputs.entries()) {
    const authorityId = resolve(directory, authority, '/authority', index, errors)
    const neighbourId = resolve(directory, neighbour, '/neighbour', index, errors)
    if (authorityId === undefined || neighbourId === undefined) continue
    const wrong = (pointer: string, detail: string): unknown =>
      errors.push({ index, pointer, code: 'invalid-value', detail })
    if (authorityId === neighbourId) wrong('/neighbour', `${authority} is no neighbour of itself; leave the row out.`)
    else if (seen.has(`${authorityId} ${neighbourId}`)) {
      wrong('/neighbour', `${neighbour} stands twice among the neighbours of ${authority}.`)
    } else if (seen.has(`${authorityId} rank ${rank}`)) {
      wrong('/rank', `Two neighbours of ${authority} have the rank ${rank}; number them 1, 2, 3 and so on.`)
    } else rows.push({ authority_id: authorityId, neighbour_id: neighbourId, rank })
    seen.add(`${authorityId} ${neighbourId}`).add(`${authorityId} rank ${rank}`)
  }
  return { rows, errors }
}

function resolve (
  directory: Directory, name: string, pointer: string, index: number, errors: RowError[]
): number | undefined {
  const found = directory.authority(name)
  if (!isUnknown(found)) return found.id
  errors.push({ index, pointer, code: 'unknown-authority', detail: explainUnknown(found, 'authority') })
  return undefined
}

/** Puts a model in the place of the one that is loaded, for every authority at once. */
export async function loadNeighbours (
  change: CatalogueChange, { title, source, date }: ModelInput, rows: readonly Resolved[]
): Promise<void> {
  const authorities = new Set(rows.map(({ authority_id }) => authority_id)).size
  const detail = { title, source, date, authorities, neighbours: rows.length }
  await changeCatalogue(change, { action: 'put-neighbours', subject: title, detail }, async (trx, at) => {
    await replaceNeighbours(trx, { title, source, published_on: date, loaded_at: at } satisfies NeighbourModel, rows)
  })
}

/** From then on neighbours are those by population. Throws `ProblemError` where no model is loaded. */
export async function removeNeighbours (change: CatalogueChange): Promise<void> {
  const { model } = change.catalogue.directory.kpis.neighbours
  if (model === undefined) throw new ProblemError('not-found', 'No model of neighbours is loaded.')
  await changeCatalogue(change, { action: 'delete-neighbours', subject: model.title, detail: {} }, async (trx) => {
    await replaceNeighbours(trx, undefined, [])
  })
}
