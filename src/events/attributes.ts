import type { Attribute, Vocabulary } from '../catalogue/attribute-directory.ts'
import { formatDay } from '../domain/calendar.ts'

/**
 * What is wrong with an attribute of an event of a day, or undefined. The value is not repeated: it may be a name.
 * `day`: days since 1970; undefined where nobody knows it, and then dates are not looked at.
 */
export function checkAttribute (
  vocabulary: Vocabulary, name: string, value: unknown, day: number | undefined
): string | undefined {
  const attribute = vocabulary.get(name)
  if (attribute === undefined) {
    return `This service has no such attribute; it has ${[...vocabulary.keys()].join(', ')}.`
  }
  if (value === null) return undefined // not given
  const { type, allowed, minimum, maximum } = attribute
  if (day !== undefined && (day < attribute.firstDay || day > attribute.lastDay)) return outside(attribute, day)
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : `${name} is true or false.`
  if (type === 'integer') {
    const fits = typeof value === 'number' && value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity)
    return fits ? undefined : `${name} is a whole number${boundsOf(minimum, maximum)}.`
  }
  if (typeof value === 'string' && allowed.has(value)) return undefined
  return attribute.ended.includes(value as string)
    ? `${name} had this word until it was ended; use one of ${attribute.words.join(', ')}.`
    : `${name} is none of its words: ${attribute.words.join(', ')}.`
}

function outside ({ name, valid_from: from, valid_to: to }: Attribute, day: number): string {
  const days = [...from === null ? [] : [`from ${from}`], ...to === null ? [] : [`to ${to}`]].join(' ')
  return `${name} is of events ${days}, and this one is of ${formatDay(day)}; leave it out.`
}

function boundsOf (minimum: number | null, maximum: number | null): string {
  const bounds = [...minimum === null ? [] : [`at least ${minimum}`], ...maximum === null ? [] : [`at most ${maximum}`]]
  return bounds.length === 0 ? '' : `, ${bounds.join(' and ')}`
}
