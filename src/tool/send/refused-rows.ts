import { rowsOf, type Content } from './content.ts'
import { cellsOf } from './csv-shape.ts'
import { lineInFile, sentenceInFile, shownLine } from './lines.ts'
import type { Piece } from './pieces.ts'
import type { RowFault } from './post.ts'

/** A row of the file that was refused. */
export interface RefusedRow {
  /** Of the file, from 1. */
  line: number
  /** What stands in its columns; of JSON its text alone. */
  cells: string[]
  faults: RowFault[]
}

/** The rows that faults of a piece are about, in the order of the file. */
export async function refusedRows (content: Content, piece: Piece, faults: RowFault[]): Promise<RefusedRow[]> {
  const rows = await rowsOf(content, piece)
  const places = new Map(rows.map((row, i) => [shownLine(content, row.line), i]))
  // The service counts no row of a file that repeats the headings or is a total, so its line says which row it is.
  const placeOf = ({ index, line }: RowFault): number => {
    const isTold = line !== undefined && content.shape !== undefined
    return (isTold ? places.get(lineInFile(content, piece, line)) : undefined) ?? index
  }
  const faultsByRow = new Map<number, RowFault[]>()
  for (const fault of faults) {
    const place = placeOf(fault)
    faultsByRow.set(place, [
      ...faultsByRow.get(place) ?? [], { ...fault, detail: sentenceInFile(content, piece, fault.detail) }
    ])
  }
  const refused: RefusedRow[] = []
  for (const [place, some] of [...faultsByRow].sort(([a], [b]) => a - b)) {
    const row = rows[place]
    refused.push({
      line: shownLine(content, row?.line ?? piece.line),
      cells: row === undefined ? [] : await cellsIn(content, piece, row),
      faults: some
    })
  }
  return refused
}

async function cellsIn ({ file, shape }: Content, piece: Piece, { start, end }: Piece): Promise<string[]> {
  const bytes = await file.read(piece.start + start, piece.start + end)
  return shape === undefined ? [bytes.toString('utf8').trim()] : cellsOf(shape, bytes)
}
