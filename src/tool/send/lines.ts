import type { Content } from './content.ts'
import type { Piece } from './pieces.ts'

/** A line of what was sent as a piece, from 1, as the line of the file: what whoever sends it knows. */
export function lineInFile (content: Content, piece: Piece, line: number): number {
  return content.workbook === undefined ? shownLine(content, cutLine(content, piece, line)) : line
}

/** A line of `content.file` as whoever sends it knows it: of a workbook the row of the sheet. */
export const shownLine = ({ rowOf }: Content, line: number): number => rowOf?.get(line) ?? line

/** The headings stand before each piece. */
function cutLine ({ shape }: Content, piece: Piece, line: number): number {
  const above = shape?.headLines ?? 0
  return line <= above ? line : piece.line + line - above - 1
}

/** A sentence of the service with the lines of the file. */
export const sentenceInFile = (content: Content, piece: Piece, text: string): string =>
  text.replaceAll(/\b([Ll]ine) (\d+)\b/g, (_, word: string, line: string) =>
    `${word} ${lineInFile(content, piece, Number(line))}`)
