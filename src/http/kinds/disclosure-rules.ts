import { Type } from 'typebox'
import { ofPlace, placeOf, type Place } from '../../catalogue/place.ts'
import type { CatalogueRows } from '../../catalogue/store/catalogue.ts'
import { DISCLOSURE_LEVELS } from '../../domain/disclosure/rule.ts'
import { DISCLOSURE_FIELDS } from '../schemas/disclosure.ts'
import { EveryAuthority, EveryService, listedAlone, orAll, PLACE_FILTERS } from './fields.ts'
import type { Kind } from './kind.ts'

type Row = CatalogueRows['disclosureRules'][number]

const SET_BY = ['operator', 'administrator']
const LEVEL = Type.Enum([...DISCLOSURE_LEVELS], { examples: ['ward'] })
const SetRuleSchema = Type.Object({
  authority: EveryAuthority,
  service: EveryService,
  level: LEVEL,
  ...DISCLOSURE_FIELDS,
  set_by: Type.Enum(SET_BY, {
    description: 'An administrator’s rule stands beside the operator’s; of each field the stricter one holds.',
    examples: ['operator']
  }),
  updated_at: Type.String({ format: 'date-time' })
}, { $id: 'SetDisclosureRule', description: 'A disclosure rule that was set.' })

/** The disclosure rules that were set, to be listed; routes/v1/disclosure-rules.ts reads and sets what is in force. */
export const disclosureRules: Kind<Row, Row> = {
  path: '/disclosure-rules',
  one: 'SetDisclosureRule',
  many: 'DisclosureRules',
  tag: 'catalogue',
  summary: 'The disclosure rules that were set, beside the defaults',
  row: SetRuleSchema,
  input: SetRuleSchema,
  filters: { ...PLACE_FILTERS, level: Type.Optional(LEVEL), set_by: Type.Optional(Type.Enum(SET_BY)) },
  codes: ['unknown-authority', 'unknown-service'],
  rows: (directory, query) => {
    const { level, set_by: setBy, ...place } = query as Place & { level?: string, set_by?: string }
    return ofPlace(directory.disclosureRules.rows, place, directory).filter((row) =>
      (level === undefined || row.level === level) && (setBy === undefined || row.set_by === setBy)
    )
  },
  key: (row, directory) => {
    const { authority, service } = placeOf(row, directory)
    return `${orAll(authority)}/${orAll(service)}/${row.level}/${row.set_by}`
  },
  names: ({ level, set_by }) => [level, set_by],
  toWire: ({ level, threshold, finest, delay_days, round_to, set_by, updated_at, ...place }, directory) => ({
    ...placeOf(place, directory),
    level,
    threshold,
    finest,
    delay_days,
    round_to,
    set_by,
    updated_at: updated_at.toISOString()
  }),
  ...listedAlone
}
