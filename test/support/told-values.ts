import { get, urlOf, type Headers } from './builders.ts'
import type { TestApp } from './app.ts'

type App = TestApp['app']
export type Asked = Record<string, string | number | string[]>
/** A value and its status. */
export type Told = [number | null, string]
export interface TellingAnswer {
  data: Array<{ group: Record<string, string>, values: Array<{ value: number | null, status: string }> }>
}

export const MISSING: Told = [null, 'missing']
export const SUPPRESSED: Told = [null, 'suppressed']

/** Values with statuses by the names of a group, in the order of the answer. */
export const told = ({ data }: TellingAnswer): Array<[string, ...Told[]]> => data.map(({ group, values }) =>
  [Object.values(group).join(' '), ...values.map(({ value, status }): Told => [value, status])])

/** Asks for a series of missed bins in Solihull, unless it says otherwise. */
export const askSeries = async (app: App, asked: Asked, headers: Headers = {}, path = '/v1/series') => await get(
  app, urlOf(path, { service: 'report-missed-bin', authority: 'solihull', ...asked }), headers
)
