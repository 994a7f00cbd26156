import { writeXlsx, type DataValidation, type WriteSheet } from 'hucre/xlsx'
import type { Column } from './columns.ts'

/** Rows that have drop-downs; and those whose empty cells are formatted, which each take room in the file. */
const LAST_ROW = 20_001
const FORMATTED = 500

/**
 * A workbook to fill in: a sheet of headings without any row, so that nothing is a 0 that nobody counted, one that
 * explains them, and one with the words that the drop-downs offer. The first alone is read when it is sent.
 */
export async function workbookOf (name: string, columns: Column[], notes: string[]): Promise<Uint8Array> {
  const listed = columns.filter(({ words }) => words !== undefined && words.length > 0)
  const validations = columns.flatMap((column, at): DataValidation[] => {
    const list = listed.indexOf(column)
    if (list < 0) return []
    const range = `${letter(at)}2:${letter(at)}${LAST_ROW}`
    const from = letter(2 * list)
    return [{
      type: 'list',
      range,
      formula1: `Words!$${from}$2:$${from}$${(column.words?.length ?? 0) + 1}`,
      allowBlank: true,
      showErrorMessage: true,
      errorStyle: column.open === true ? 'warning' : 'stop',
      errorTitle: column.field,
      errorMessage: 'The sheet Words has the words that are known here.'
    }]
  })
  const fill: WriteSheet = {
    name,
    columns: columns.map(({ field, format }) =>
      ({ width: Math.max(14, field.length + 2), ...format !== undefined && { numFmt: format } })),
    rows: [
      columns.map(({ field }) => field),
      ...Array.from({ length: FORMATTED }, () => columns.map(() => null))
    ],
    freezePane: { rows: 1 },
    dataValidations: validations
  }
  const about: WriteSheet = {
    name: 'About',
    columns: [{ width: 24 }, { width: 10 }, { width: 100 }],
    rows: [
      ...notes.map((note) => [note]),
      [],
      ['Column', 'Needed', 'What it is'],
      ...columns.map(({ field, needed, about }) => [field, needed === true ? 'yes' : '', about])
    ]
  }
  const most = Math.max(0, ...listed.map(({ words = [] }) => words.length))
  const words: WriteSheet = {
    name: 'Words',
    columns: listed.flatMap(() => [{ width: 24 }, { width: 34 }]),
    rows: [
      listed.flatMap(({ field }) => [field, '']),
      ...Array.from({ length: most }, (_, i) => listed.flatMap(({ words = [] }) => words[i] ?? [null, null]))
    ]
  }
  return await writeXlsx({ sheets: [fill, about, words] })
}

/** 0 is A, 26 is AA. */
function letter (column: number): string {
  const last = String.fromCharCode(65 + column % 26)
  return column < 26 ? last : letter(Math.floor(column / 26) - 1) + last
}
