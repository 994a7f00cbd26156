import { existsSync, readFileSync } from 'node:fs'
import { writeDurably } from '../../embedded-postgres/durable.ts'
import { Failure } from '../failure.ts'

/** How far a collection has come, and of what: with anything else it would leave rows out. */
interface State { url: string, column: string, mark: string }

/** The mark of the last run; undefined: there was none. Throws `Failure` where the state is of another collection. */
export function markOf (file: string, { url, column }: Omit<State, 'mark'>): string | undefined {
  if (!existsSync(file)) return undefined
  const state = stateIn(file)
  if (state.url === url && state.column === column) return state.mark
  throw new Failure(
    `${file} says how far ${state.column} has come at ${state.url}, and this is ${column} at ${url}; ` +
      'name another file with `state`, or remove it to begin anew.'
  )
}

export function noteMark (file: string, state: State): void {
  writeDurably(file, `${JSON.stringify(state)}\n`, 0o600)
}

function stateIn (file: string): State {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as State
  } catch {
    throw new Failure(`${file} cannot be read; remove it to begin anew: rows that are stored are not counted twice.`)
  }
}
