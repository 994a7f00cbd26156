import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'

const FILE = join(import.meta.dirname, '..', 'catalogue', 'data', 'lgsl-functions.csv')

let functions: ReadonlyMap<number, number> | undefined

/** The function of local government that a service of the LGSL belongs to; undefined where the list has none. */
export function functionOf (lgsl: number): number | undefined {
  functions ??= new Map(parse<{ lgsl: string, function: string }>(readFileSync(FILE), { columns: true })
    .map((row) => [Number(row.lgsl), Number(row.function)]))
  return functions.get(lgsl)
}
