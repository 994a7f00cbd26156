import type { Table } from '../../files/table.ts'
import type { MappingContext } from '../context.ts'
import type { MappingKind } from '../schema.ts'
import { Guess, type Suggestion } from './guess.ts'
import { suggestPeriod } from './suggest-period.ts'

/** Proposes a mapping for files like this one. */
export function suggestMapping (table: Table, kind: MappingKind, context: MappingContext): Suggestion {
  const guess = new Guess(table, kind, context)
  guess.columns()
  if (kind === 'event') {
    guess.time()
    guess.attributes()
  }
  guess.fixed()
  if (kind === 'event') guess.id()
  else suggestPeriod(guess)
  return guess.made()
}
