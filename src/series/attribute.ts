import type { Attribute } from '../catalogue/attribute-directory.ts'
import { UNKNOWN, type Directory, type Service } from '../catalogue/directory.ts'
import { listOf } from '../catalogue/explain.ts'
import { ProblemError } from '../errors.ts'
import { AttributeValues, NOT_GIVEN } from './attribute-values.ts'

/** The attribute that a question groups or filters by. */
export interface AttributeQuestion {
  declared: Attribute
  values: AttributeValues
  /** Only these ids of values; undefined: all of them. */
  wanted: Set<number> | undefined
}

/** How parameters name one: `attribute:reason`. */
export const ATTRIBUTE = 'attribute:'
const NAMED = /^attribute:([a-z][a-z0-9_]{0,39})(?::(.+))?$/

/**
 * What the dimensions and filters of a question say about attributes; undefined: nothing. Throws `ProblemError` for an
 * attribute that the service does not have, for a value that it cannot have, and for a second attribute.
 */
export function parseAttribute (
  directory: Directory, service: Service, groupBy: readonly string[], filters: readonly string[]
): AttributeQuestion | undefined {
  const dimensions = groupBy.map((text) => nameIn('group_by', text))
  const asked = filters.map((text) => ({ name: nameIn('filter_by', text), value: NAMED.exec(text)?.[2] }))
  const [name, ...others] = new Set([...dimensions, ...asked.map((one) => one.name)])
  if (name === undefined) return undefined
  if (others.length > 0) {
    throw new ProblemError('invalid-request', `Ask for one attribute at a time: ${name} or ${others.join(' or ')}.`)
  }
  const vocabulary = directory.attributes.of(service.id)
  const declared = vocabulary.get(name)
  if (declared === undefined) {
    const has = [...vocabulary.keys()]
    throw new ProblemError(
      'invalid-request',
      `${service.slug} has no attribute ${name}; it has ${has.length === 0 ? 'none' : listOf(has, 'and')}.`
    )
  }
  const values = new AttributeValues(declared)
  const wanted = asked.map(({ value }) => valueOf(declared, values, value))
  return { declared, values, wanted: wanted.length === 0 ? undefined : new Set(wanted) }
}

function nameIn (parameter: string, text: string): string {
  const [, name, value] = NAMED.exec(text) ?? []
  if (name !== undefined && (parameter === 'filter_by') === (value !== undefined)) return name
  throw new ProblemError(
    'invalid-request',
    `${parameter}=${text} is not understood; use ` +
      `${parameter === 'filter_by' ? 'attribute:<name>:<value>' : 'attribute:<name>'}.`
  )
}

// Refuse a value that no event can have, rather than answer 0. Ended words may be asked for: stored events have them.
function valueOf (declared: Attribute, values: AttributeValues, value = ''): number {
  const { name, type, allowed, ended } = declared
  if (value === UNKNOWN) return NOT_GIVEN
  const isOne = type === 'integer'
    ? /^(0|-?[1-9]\d{0,14})$/.test(value)
    : type === 'boolean'
      ? value === 'true' || value === 'false'
      : allowed.has(value) || ended.includes(value)
  if (isOne) return values.idOf(value)
  const has = type === 'integer' ? 'whole numbers' : type === 'boolean' ? 'true and false' : listOf([...allowed], 'and')
  throw new ProblemError('invalid-request', `The attribute ${name} has no value ${value}; it has ${has}, or unknown.`)
}
