import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'

const FILE = join(import.meta.dirname, '..', 'catalogue', 'data', 'lgsl-functions.csv')

/** A function in the LGA's list: its number there, and its name. */
export interface LaFunction { number: number, label: string }

let functions: ReadonlyMap<number, LaFunction> | undefined

/** The function of local government that a service of the LGSL belongs to; undefined where nobody wrote it down. */
export function functionOf (lgsl: number): LaFunction | undefined {
  functions ??= new Map(parse<{ lgsl: string, function: string, label: string }>(readFileSync(FILE), { columns: true })
    .map((row) => [Number(row.lgsl), { number: Number(row.function), label: row.label }]))
  return functions.get(lgsl)
}
