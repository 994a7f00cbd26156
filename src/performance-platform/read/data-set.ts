import type { DataSet, Directory } from '../../catalogue/directory.ts'
import type { RecordRelation } from '../store/relation.ts'
import { schemalessRecords } from '../store/schemaless.ts'
import { typedSubject, typedView, type TypedSubject } from './typed.ts'

/** A data set as a reader sees it, whatever it is made of. */
export interface ReadableDataSet {
  published: boolean
  realtime: boolean
  rawQueriesAllowed: boolean
  records: RecordRelation
  /** Undefined for a view of typed data, which holds no records of its own. */
  schemaless: DataSet | undefined
  /** What a view of typed data is about: disclosure control has its say before it is read. */
  typed: TypedSubject | undefined
}

/** The data set at an address, or undefined if there is none or it may not be queried. */
export function readableDataSet (directory: Directory, group: string, type: string): ReadableDataSet | undefined {
  const configured = directory.dataSet(group, type)
  return configured === undefined ? openView(directory, group, type) : readable(directory, configured)
}

export function readableDataSetNamed (directory: Directory, name: string): ReadableDataSet | undefined {
  const configured = directory.dataSetNamed(name)
  return configured && readable(directory, configured)
}

function readable (directory: Directory, set: DataSet): ReadableDataSet | undefined {
  if (!set.queryable) return undefined
  const view = set.labels === null ? undefined : typedView(directory, set.data_group, set.data_type, set.labels)
  return {
    published: set.published,
    realtime: set.realtime,
    rawQueriesAllowed: set.raw_queries_allowed,
    records: view ?? schemalessRecords(set.id),
    schemaless: view === undefined ? set : undefined,
    typed: view && typedSubject(directory, set.data_group, set.data_type)
  }
}

// Typed data are sums of days already: nobody is told apart by reading them raw.
function openView (directory: Directory, group: string, type: string): ReadableDataSet | undefined {
  const records = typedView(directory, group, type)
  return records &&
    {
      published: true,
      realtime: false,
      rawQueriesAllowed: true,
      records,
      schemaless: undefined,
      typed: typedSubject(directory, group, type)
    }
}
