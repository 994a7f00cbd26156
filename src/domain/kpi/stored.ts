import { isEventTerm, termsOf, type Definition } from './definition.ts'
import { hasDetails } from './event-term.ts'

/** No measure has this name: a release that takes it for one has no value. */
const UNKNOWN_BEFORE = [{ measure: 'needs-a-newer-release' }]

/** A definition as it is stored; `sides` where an earlier release would misread them. */
export type StoredDefinition = Definition & { sides?: Pick<Definition, 'numerator' | 'denominator'> }

/**
 * A definition as it is stored. An earlier release knows no details and would count every event, and fail where it
 * lists definitions: terms that it does not know stand apart, and in their place one that it has no value for.
 */
export function toStored (definition: Definition): StoredDefinition {
  const isNew = termsOf(definition).filter(isEventTerm).some((term) => hasDetails(term) || term.channels !== undefined)
  if (!isNew) return definition
  const { numerator, denominator } = definition
  return {
    ...definition,
    numerator: UNKNOWN_BEFORE,
    denominator: denominator === null ? null : UNKNOWN_BEFORE,
    sides: { numerator, denominator }
  }
}

export function fromStored ({ sides, ...definition }: StoredDefinition): Definition {
  return { ...definition, ...sides }
}
