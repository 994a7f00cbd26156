import { meet } from './spans.ts'

/** A row as the database has it. */
export type Stored<T> = T & { origin: 'shipped' | 'local', removed_at: Date | null }

/** What is in the database (`was`) and what is shipped (`is`), by column. */
export interface Changed<T> { row: T, differences: Array<{ field: string, was: unknown, is: unknown }> }

/** What loading does to the rows of one kind. `kept`: rows that somebody here changed, and which stay as they are. */
export interface Plan<T> { added: T[], changed: Array<Changed<T>>, kept: Array<Changed<T>>, gone: T[] }

interface Dated { valid_from: string | null, valid_to: string | null }

/** Whether somebody here said so: by a change, or by removing it. */
export function isOurs ({ origin, removed_at: removed }: Stored<unknown>): boolean {
  return origin === 'local' || removed !== null
}

/** What is to be added and changed so that the database has what is shipped; `standsFor` finds a row of other name. */
export function planRows<T extends object> (
  shipped: T[],
  stored: Array<Stored<T>>,
  nameOf: (row: T) => string,
  standsFor: (row: T) => Stored<T> | undefined = () => undefined
): Plan<T> {
  const known = new Map(stored.map((row) => [nameOf(row), row]))
  const result: Plan<T> = { added: [], changed: [], kept: [], gone: [] }
  for (const row of shipped) {
    const found = known.get(nameOf(row)) ?? standsFor(row)
    if (found === undefined) {
      result.added.push(row)
      continue
    }
    const differences = differencesOf(found, row)
    if (differences.length > 0) (isOurs(found) ? result.kept : result.changed).push({ row, differences })
  }
  return result
}

/** Finds the local row that has the name of a shipped one at the same time, so that no second one is put beside it. */
export function localOf<T extends Dated> (
  stored: Array<Stored<T>>, slugOf: (row: T) => string
): (row: T) => Stored<T> | undefined {
  const local = stored.filter(({ origin, removed_at: removed }) => origin === 'local' && removed === null)
  const bySlug = Map.groupBy(local, slugOf)
  return (row) => bySlug.get(slugOf(row))?.find((one) => meet(one, row))
}

function differencesOf<T extends object> (was: Stored<T>, is: T): Changed<T>['differences'] {
  return (Object.keys(is) as Array<keyof T & string>).flatMap((field) =>
    isSame(was[field], is[field]) ? [] : [{ field, was: was[field], is: is[field] }]
  )
}

const isSame = (one: unknown, other: unknown): boolean =>
  one === other || (Array.isArray(one) && JSON.stringify(one) === JSON.stringify(other))
