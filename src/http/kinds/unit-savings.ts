import { Type } from 'typebox'
import { canonicalPlace, ofPlace, placeOf, type Place } from '../../catalogue/place.ts'
import type { UnitCostRow } from '../../catalogue/store/kpis.ts'
import {
  checkUnitSavings, findUnitSaving, removeUnitSaving, writeUnitSavings, type UnitSavingInput
} from '../../kpi/administration/unit-savings.ts'
import { EveryAuthority, EveryService, FromOn, IN_ADDRESS, orAll, orNothing, PLACE_FILTERS } from './fields.ts'
import type { Kind } from './kind.ts'

const KINDS = ['channel-shift', 'failure-demand']

const fields = {
  kind: Type.Enum(KINDS, { examples: ['channel-shift'] }),
  authority: EveryAuthority,
  service: EveryService,
  from_on: FromOn,
  pence: Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'Saved by one, in pence.', examples: [268] }),
  source: Type.String({ minLength: 1, maxLength: 500, examples: ['Socitm 2012: telephone 2.83 less web 0.15'] })
}

/** What one transaction moved, or one failure avoided, is worth. */
export const unitSavings: Kind<UnitCostRow, UnitSavingInput> = {
  path: '/unit-savings',
  one: 'UnitSaving',
  many: 'UnitSavings',
  tag: 'kpis',
  summary: 'The unit savings that were set',
  address: [
    { parameter: 'kind', field: 'kind', example: 'channel-shift', description: KINDS.join(' or ') },
    IN_ADDRESS.authority,
    IN_ADDRESS.service,
    IN_ADDRESS.fromOn
  ],
  row: Type.Object(fields, { $id: 'UnitSaving', description: 'A unit saving from a day on.' }),
  input: Type.Object(fields, {
    $id: 'UnitSavingInput',
    additionalProperties: false,
    description: 'A unit saving; the nearest setting goes first: of the authority and service, then of either.'
  }),
  examples: [{
    kind: 'channel-shift',
    authority: 'solihull',
    service: null,
    from_on: '2025-04-01',
    pence: 268,
    source: 'Socitm 2012: telephone 2.83 less web 0.15'
  }],
  filters: { kind: Type.Optional(Type.Enum(KINDS)), ...PLACE_FILTERS },
  permission: 'operator',
  codes: ['unknown-authority', 'unknown-service'],
  rows: (directory, query) => {
    const { kind, ...place } = query as Place & { kind?: string }
    return ofPlace(directory.kpis.unitCosts, place, directory).filter((row) => kind === undefined || row.kind === kind)
  },
  key: (row, directory) => {
    const { authority, service } = placeOf(row, directory)
    return `${row.kind}/${orAll(authority)}/${orAll(service)}/${row.from_on}`
  },
  names: ({ kind, source }) => [kind, source],
  toWire: ({ kind, from_on, pence, source, ...place }, directory) => ({
    kind, ...placeOf(place, directory), from_on, pence, source
  }),
  find: (directory, address) => findUnitSaving(directory, address as unknown as UnitSavingInput),
  canonical: (directory, input) => canonicalPlace(input, directory),
  existing: orNothing(findUnitSaving),
  check: checkUnitSavings,
  write: writeUnitSavings,
  remove: removeUnitSaving
}
