/** A row of the query as its driver gives it, by column, and how far it is, as a text that the database reads again. */
export interface CollectedRow { values: Record<string, unknown>, mark: string }

export interface CollectQuery {
  query: string
  column: string
  /** Where to go on; undefined: from the first row. */
  mark: string | undefined
  overlapSeconds: number | undefined
  overlapNumber: number | undefined
  /** Rows to hold at a time. */
  batch: number
}

/** A database that councils have. Rows come in the order of the watermark; nothing in it is ever changed. */
export interface SourceDatabase {
  rows: (query: CollectQuery) => AsyncGenerator<CollectedRow[]>
  close: () => Promise<void>
}

/** What the mark is called beside the columns of the query. */
export const MARK = 'lpp_mark'
