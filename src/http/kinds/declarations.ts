import { Type } from 'typebox'
import { canonicalPlace, ofPlace, placeOf, type Place } from '../../catalogue/place.ts'
import { EVENT_TYPES, EVENT_TYPE_NAMES, type EventType } from '../../domain/event.ts'
import {
  checkDeclarations, findDeclaration, removeDeclaration, writeDeclarations, type DeclarationInput, type DeclarationRow
} from '../../kpi/administration/declarations.ts'
import { AuthorityName, FromOn, IN_ADDRESS, orAll, orNothing, ownerOf, PLACE_FILTERS, ServiceName } from './fields.ts'
import type { Kind } from './kind.ts'

const BASES = ['events', 'counts']

const fields = {
  authority: AuthorityName,
  service: ServiceName,
  type: Type.Enum(EVENT_TYPE_NAMES, { examples: ['transaction'] }),
  from_on: FromOn,
  basis: Type.Enum(BASES, {
    description: 'Which of the two says how much there was; the other is kept and not counted.', examples: ['events']
  })
}

const typeOf = ({ type }: DeclarationRow): EventType =>
  (Object.keys(EVENT_TYPES) as EventType[]).find((name) => EVENT_TYPES[name] === type) ?? 'transaction'

/** Whether events or counts hold, for each authority, service and type. */
export const declarations: Kind<DeclarationRow, DeclarationInput> = {
  path: '/declarations',
  one: 'Declaration',
  many: 'Declarations',
  tag: 'observations',
  summary: 'Which of events and counts holds, and from when, over all authorities',
  address: [
    { ...IN_ADDRESS.authority, description: 'Slug or GSS code.' },
    { ...IN_ADDRESS.service, description: 'Slug.' },
    { parameter: 'type', field: 'type', example: 'transaction', description: Object.keys(EVENT_TYPES).join(', ') },
    IN_ADDRESS.fromOn
  ],
  row: Type.Object(fields, { $id: 'Declaration', description: 'Which of events and counts holds from a day on.' }),
  input: Type.Object(fields, {
    $id: 'DeclarationInput', additionalProperties: false, description: 'Which of events and counts holds from a day on.'
  }),
  examples: [{
    authority: 'nottingham', service: 'pay-council-tax', type: 'transaction', from_on: '2025-06-02', basis: 'counts'
  }],
  filters: {
    ...PLACE_FILTERS, type: Type.Optional(Type.Enum(EVENT_TYPE_NAMES)), basis: Type.Optional(Type.Enum(BASES))
  },
  permission: 'administrator',
  codes: ['unknown-authority', 'unknown-service'],
  rows: (directory, query) => {
    const { type, basis, ...place } = query as Place & { type?: string, basis?: string }
    return ofPlace(directory.kpis.authoritative, place, directory).filter((row) =>
      (type === undefined || typeOf(row) === type) && (basis === undefined || row.basis === basis)
    )
  },
  key: (row, directory) => {
    const { authority, service } = placeOf(row, directory)
    return `${orAll(authority)}/${orAll(service)}/${typeOf(row)}/${row.from_on}`
  },
  names: ({ basis }) => [basis],
  toWire: (row, directory) => ({
    ...placeOf(row, directory), type: typeOf(row), from_on: row.from_on, basis: row.basis
  }),
  find: (directory, address) => findDeclaration(directory, address as unknown as DeclarationInput),
  canonical: (directory, input) => canonicalPlace(input, directory),
  existing: orNothing(findDeclaration),
  authorityOf: ownerOf,
  check: checkDeclarations,
  write: writeDeclarations,
  remove: removeDeclaration
}
