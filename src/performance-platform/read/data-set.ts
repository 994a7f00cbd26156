import type { DataSet, Directory } from '../../catalogue/directory.ts'
import { BY_CHANNEL, BY_CHANNEL_IN_GRAPHS, typedView, type TypedView } from './typed.ts'

/** A data set before anything of it is read: `protect` decides what of it a viewer may see. */
export interface ReadableDataSet {
  /** Whether everybody sees it now. */
  published: boolean
  /** Its settings; undefined: nobody made any, it is a view of typed data. */
  configured: DataSet | undefined
  realtime: boolean
  rawQueriesAllowed: boolean
  /** Stored records, or a view of typed data, which holds none of its own. */
  content: { schemaless: DataSet } | { typed: TypedView }
}

/** The data set at an address, or undefined if there is none or it may not be queried. */
export function readableDataSet (directory: Directory, group: string, type: string): ReadableDataSet | undefined {
  const configured = directory.dataSet(group, type)
  if (configured !== undefined) return readable(directory, configured)
  // The same records under other words are published, or not, as they themselves are.
  const same = type === BY_CHANNEL_IN_GRAPHS ? directory.dataSet(group, BY_CHANNEL) : undefined
  if (same === undefined) return openView(directory, group, type)
  return same.labels === null ? undefined : readable(directory, same, type)
}

export function readableDataSetNamed (directory: Directory, name: string): ReadableDataSet | undefined {
  const configured = directory.dataSetNamed(name)
  return configured && readable(directory, configured)
}

function readable (directory: Directory, set: DataSet, type = set.data_type): ReadableDataSet | undefined {
  if (!set.queryable) return undefined
  const typed = set.labels === null ? undefined : typedView(directory, set.data_group, type, set.labels)
  return {
    published: directory.publication.isOpen(set),
    configured: set,
    realtime: set.realtime,
    rawQueriesAllowed: set.raw_queries_allowed,
    content: typed === undefined ? { schemaless: set } : { typed }
  }
}

// Raw queries are allowed: records of typed data are sums of days, so that nobody can be singled out.
function openView (directory: Directory, group: string, type: string): ReadableDataSet | undefined {
  const typed = typedView(directory, group, type)
  return typed && {
    published: true, configured: undefined, realtime: false, rawQueriesAllowed: true, content: { typed }
  }
}
