import { lengthOf } from './cover.ts'
import { termsOf, type Definition } from './definition.ts'
import type { DateRange } from '../period.ts'

/** The year of the catalogue's population figures, which are mid-year estimates. */
export const POPULATION_YEAR = 2020

const SHORTEST_YEAR = 365

/** What a reader of a rate over residents has to know: of which year they are, and that months are not annualised. */
export function populationNotes (definition: Definition, range: DateRange): string[] {
  if (!termsOf(definition).some((term) => 'population' in term)) return []
  return [
    `residents as estimated for mid-${POPULATION_YEAR}`,
    ...(lengthOf([range]) < SHORTEST_YEAR ? ['not annualised: of this period alone'] : [])
  ]
}
