import type { Kysely } from 'kysely'
import type { RowError } from '../errors.ts'
import type { Tables } from '../postgres/tables.ts'
import { EVERY_SERVICE, type Attribute } from './attribute-directory.ts'
import type { CatalogueChange } from './catalogue-change.ts'
import { isUnknown, type Directory } from './directory.ts'
import { serviceIdOf, wrongPlace } from './place.ts'
import {
  endAttribute as markEnded, removeAttribute as markRemoved, upsertAttributes, type AttributeRow
} from './store/settings.ts'

/** An attribute as it is set; `service` null: of every service. */
export interface AttributeInput {
  service: string | null
  name: string
  title: string
  description: string | null
  type: AttributeRow['type']
  words: string[]
  minimum: number | null
  maximum: number | null
  valid_from: string | null
  valid_to: string | null
  published: boolean
}

/** The one at an address. Throws `ProblemError` for a service that is not known. */
export function findAttribute (
  directory: Directory, { service, name }: Pick<AttributeInput, 'service' | 'name'>
): Attribute | undefined {
  return directory.attributes.declared(serviceIdOf({ service }, directory), name)
}

export function checkAttributes (
  { catalogue: { directory } }: CatalogueChange, inputs: readonly AttributeInput[]
): RowError[] {
  const general = new Map(inputs.filter(({ service }) => service === null).map(({ name, type }) => [name, type]))
  return inputs.flatMap((input, index) => {
    const errors = [...wrongPlace({ service: input.service }, directory, index), ...wrongBounds(input, index)]
    if (errors.length > 0) return errors
    const other = otherType(directory, input) ?? general.get(input.name)
    return other === undefined || other === input.type
      ? []
      : [{
          index,
          pointer: '/type',
          code: 'in-use' as const,
          detail: `${input.name} holds ${other}, and stored events may have it, so its type stays: give the new ` +
            'attribute another name.'
        }]
  })
}

// A name means one thing: for a service and for all of them, and for ever, since stored events keep it.
function otherType (directory: Directory, { service, name, type }: AttributeInput): string | undefined {
  const found = service === null ? undefined : directory.service(service)
  const own = found === undefined || isUnknown(found) ? EVERY_SERVICE : found.id
  return directory.attributes.typesOf(name).find((one) =>
    one.type !== type && (own === EVERY_SERVICE || one.service_id === own || one.service_id === EVERY_SERVICE)
  )?.type
}

/** Each value of an attribute has rows of sums of its own: it bounds what a question by it may read. */
const MOST_VALUES = 1000

function wrongBounds (
  { type, words, minimum, maximum, valid_from: from, valid_to: to }: AttributeInput, index: number
): RowError[] {
  const wrong = (pointer: string, detail: string): RowError[] => [{ index, pointer, code: 'invalid-value', detail }]
  if (type === 'words' && words.length === 0) return wrong('/words', 'An attribute of type words needs its words.')
  if (type !== 'words' && words.length > 0) return wrong('/words', `Leave words out: the type is ${type}.`)
  const bounded = minimum !== null && maximum !== null
  if (type === 'integer' && !bounded) {
    return wrong('/minimum', 'A whole number needs minimum and maximum, so that it cannot hold a telephone number.')
  }
  if (type !== 'integer' && (minimum !== null || maximum !== null)) {
    return wrong('/minimum', `Leave minimum and maximum out: the type is ${type}.`)
  }
  if (bounded && minimum > maximum) return wrong('/maximum', 'maximum lies below minimum.')
  if (bounded && maximum - minimum >= MOST_VALUES) {
    return wrong('/maximum', `Figures are kept for each value: ${MOST_VALUES} at most from minimum to maximum.`)
  }
  return from !== null && to !== null && from > to
    ? wrong('/valid_to', `It begins on ${from} and ends on ${to}; it cannot end before.`)
    : []
}

export async function writeAttributes (
  trx: Kysely<Tables>, inputs: readonly AttributeInput[], at: Date, directory: Directory
): Promise<void> {
  await upsertAttributes(
    trx,
    inputs.map(({ service, ...attribute }) => ({ ...attribute, service_id: serviceIdOf({ service }, directory) })),
    { origin: 'local', at }
  )
}

export async function removeAttribute (
  trx: Kysely<Tables>, { service_id, name }: Attribute, at: Date
): Promise<void> {
  await markRemoved(trx, service_id, name, at)
}

export async function endAttribute (
  trx: Kysely<Tables>, { service_id, name }: Attribute, lastDay: string, at: Date
): Promise<void> {
  await markEnded(trx, service_id, name, lastDay, at)
}
