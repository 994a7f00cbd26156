import type { UtcPeriod } from '../utc-period.ts'
import type { CollectMethod } from '../store/relation.ts'

export const COLLECT_METHODS: readonly CollectMethod[] = ['sum', 'count', 'set', 'mean']

/** `bare`: asked without a method, which is a set that also stands under the field's own name. */
export interface Collect { field: string, method: CollectMethod, bare: boolean }

export interface Filter { field: string, value: string, prefix: boolean }

/** A query of the Performance Platform dialect, understood. Instants in milliseconds. */
export interface DataQuery {
  period: UtcPeriod | undefined
  /** Whole periods; only with a period. */
  duration: number | undefined
  startAt: number | undefined
  endAt: number | undefined
  /** `endAt` itself is in the range. */
  inclusive: boolean
  groupBy: string[]
  collect: Collect[]
  filters: Filter[]
  sortBy: { field: string, descending: boolean } | undefined
  /** Zero: no limit. */
  limit: number
  flatten: boolean
  csv: boolean
}

/** The key under which an answer holds a collected value. */
export const collectKey = ({ field, method }: Pick<Collect, 'field' | 'method'>): string => `${field}:${method}`
