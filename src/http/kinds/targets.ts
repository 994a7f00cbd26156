import { Type } from 'typebox'
import { known } from '../../catalogue/explain.ts'
import { canonicalPlace, ofPlace, placeOf, type Place } from '../../catalogue/place.ts'
import type { TargetRow } from '../../catalogue/store/settings.ts'
import {
  checkTargets, findTarget, removeTarget, writeTargets, type TargetInput
} from '../../kpi/administration/targets.ts'
import { Nullable } from '../schemas/common.ts'
import { EveryAuthority, EveryService, FromOn, IN_ADDRESS, orAll, orNothing, ownerOf, PLACE_FILTERS } from './fields.ts'
import type { Kind } from './kind.ts'

const Bound = (description: string, example: number | null) =>
  Type.Optional(Nullable(Type.Number({ minimum: -1e12, maximum: 1e12 }), {
    default: null, description, examples: [example]
  }))

const fields = {
  kpi: Type.String({ maxLength: 60, description: 'A word of /v1/kpis.', examples: ['digital-take-up'] }),
  authority: EveryAuthority,
  service: EveryService,
  from_on: FromOn,
  at_least: Bound('Met by a value of this or more.', 60),
  at_most: Bound('Met by a value of this or less.', null),
  source: Type.String({
    minLength: 1, maxLength: 500, description: 'Who set it, and where.', examples: ['Cabinet, 3 March 2014']
  })
}

/** Targets of KPIs, beside those of their definitions. */
export const targets: Kind<TargetRow, TargetInput> = {
  path: '/targets',
  one: 'KpiTarget',
  many: 'KpiTargets',
  tag: 'kpis',
  summary: 'The targets that were set for KPIs, beside those of their definitions',
  address: [
    { parameter: 'kpi', field: 'kpi', example: 'digital-take-up' },
    IN_ADDRESS.authority,
    IN_ADDRESS.service,
    IN_ADDRESS.fromOn
  ],
  row: Type.Object({ ...fields, changed_at: Type.String({ format: 'date-time' }) }, {
    $id: 'KpiTarget', description: 'A target of a KPI from a day on.'
  }),
  input: Type.Object(fields, {
    $id: 'KpiTargetInput',
    additionalProperties: false,
    description: 'A target: at_least, at_most or both. The nearest holds: of the authority and service, of the ' +
      'authority, of the service, of all, else the definition’s own.'
  }),
  examples: [{
    kpi: 'digital-take-up',
    authority: 'solihull',
    service: 'report-missed-bin',
    from_on: '2025-04-01',
    at_least: 60,
    source: 'Cabinet, 3 March 2014'
  }],
  filters: { kpi: Type.Optional(Type.String({ maxLength: 60, examples: ['digital-take-up'] })), ...PLACE_FILTERS },
  permission: 'administrator',
  codes: ['unknown-kpi', 'unknown-authority', 'unknown-service'],
  rows: (directory, query) => {
    const { kpi, ...place } = query as Place & { kpi?: string }
    if (kpi !== undefined) known(directory.kpis.kpi(kpi), 'unknown-kpi', 'KPI')
    return ofPlace(directory.kpis.targets.all, place, directory).filter((row) => kpi === undefined || row.kpi === kpi)
  },
  key: (row, directory) => {
    const { authority, service } = placeOf(row, directory)
    return `${row.kpi}/${orAll(authority)}/${orAll(service)}/${row.from_on}`
  },
  names: ({ kpi, source }) => [kpi, source],
  toWire: ({ kpi, from_on, at_least, at_most, source, changed_at, ...place }, directory) => ({
    kpi, ...placeOf(place, directory), from_on, at_least, at_most, source, changed_at: changed_at.toISOString()
  }),
  find: (directory, address) => findTarget(directory, address as unknown as TargetInput),
  canonical: (directory, input) => canonicalPlace(input, directory),
  existing: orNothing(findTarget),
  authorityOf: ownerOf,
  check: checkTargets,
  write: writeTargets,
  remove: removeTarget
}
