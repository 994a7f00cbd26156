import type { Kysely } from 'kysely'
import { formatDay, localDay } from '../domain/calendar.ts'
import type { RowError } from '../errors.ts'
import type { Tables } from '../postgres/tables.ts'
import type { CatalogueChange } from './catalogue-change.ts'
import type { Service } from './directory.ts'
import { unknownName } from './suggest.ts'
import { endService, putRows, removeRow } from './store/catalogue-rows.ts'

/** GOV.UK's words for who provides a service, as `deliversByTier` reads them. */
export const PROVIDING_TIERS =
  ['all', 'county/unitary', 'district/unitary', 'county', 'district', 'unitary'] as const

/** A service as it is set; its form is right. */
export interface ServiceInput {
  slug: string
  title: string
  lgsl: number
  lgil: number | null
  lgsl_label: string
  lgil_label: string | null
  kind: string
  providing_tier: string | null
  core: boolean
  denominator: string | null
  uri: string
  status: 'live' | 'discontinued'
  scope_note: string
  valid_to: string | null
}

/** A measure that is not known, or a status that the last day contradicts. */
export function checkServices ({ catalogue, clock }: CatalogueChange, inputs: readonly ServiceInput[]): RowError[] {
  const measures = new Set(catalogue.directory.kpis.measures.map(({ slug }) => slug))
  const today = formatDay(localDay(clock()))
  return inputs.flatMap(({ denominator, status, valid_to: to }, index) => {
    const refuse = (pointer: string, detail: string): RowError[] => [{ index, pointer, code: 'invalid-value', detail }]
    if (denominator !== null && !measures.has(denominator)) {
      const { suggestion } = unknownName(denominator, () => measures)
      return refuse(
        '/denominator',
        `There is no measure ${denominator}.${
          suggestion === undefined ? ' Use a word from /v1/measures.' : ` Did you mean ${suggestion}?`
        }`
      )
    }
    if (status === 'discontinued' && to === null) {
      return refuse('/valid_to', 'A discontinued service has a last day; send it as valid_to.')
    }
    if (status === 'live' && to !== null && to < today) {
      return refuse('/status', `Its last day ${to} is over; send status discontinued, or null for valid_to.`)
    }
    return []
  })
}

export async function writeServices (db: Kysely<Tables>, inputs: readonly ServiceInput[], at: Date): Promise<void> {
  const rows = inputs.map((input) => ({ ...input, evidence: 'set here' }))
  await putRows(db, 'service', ['slug'], rows, at)
}

export async function removeService (db: Kysely<Tables>, { id }: Service, at: Date): Promise<void> {
  await removeRow(db, 'service', id, at)
}

/** From the day after `lastDay` on it is discontinued. */
export async function endServiceAfter (
  db: Kysely<Tables>, { id }: Service, lastDay: string, at: Date
): Promise<void> {
  const over = lastDay < formatDay(localDay(at.getTime()))
  await endService(db, id, lastDay, over ? 'discontinued' : 'live', at)
}
