import { createHash } from 'node:crypto'
import { trimmed } from '../files/table.ts'
import { partsOf, type Columns } from './columns.ts'
import { Fault } from './fault.ts'
import type { FieldReader } from './field-reader.ts'
import type { Field } from './schema.ts'

/** Bits of a hash enough that no two rows of a council ever share it by chance. */
const HASH_CHARACTERS = 24
/** Between what columns say, so that `1` and `12` is not `11` and `2`. */
const SEPARATOR = '\u001f'
const SHORTENED = /^\d(?:\.\d+)?E\+\d+$/i

const NOT_IN_IDS = /[^\u0021-\u007e]/gu

/** An id that may be stored: what it may not have is written as in addresses, so that other ids stay others. */
export function idText (text: string): string | Fault {
  if (SHORTENED.test(text)) {
    return new Fault(
      `${JSON.stringify(text)} was shortened by a spreadsheet, so that it is no id any more; format the column as ` +
        'text and export it again.'
    )
  }
  return text.toWellFormed().replaceAll(NOT_IN_IDS, encodeURIComponent)
}

/** Reads an id that is made of several columns; undefined: a blank. */
export function madeId (field: Field, columns: Columns): FieldReader | undefined {
  const { template, hash, equal_rows: equalRows = 'refuse' } = field
  if (template !== undefined) return templateId(template, columns)
  return hash === undefined ? undefined : hashId(hash, columns, equalRows === 'count')
}

function templateId (template: string, columns: Columns): FieldReader {
  const parts = partsOf(template).map((part) => 'text' in part ? part : columns.of(part.column))
  return ({ cells }) => {
    let id = ''
    for (const part of parts) {
      const text = 'text' in part ? part.text : trimmed(cells[part.at] ?? '')
      if (text === '') return undefined
      id += text
    }
    return idText(id)
  }
}

function hashId (hash: string[], columns: Columns, counts: boolean): FieldReader {
  const places = hash.map((heading) => columns.of(heading).at)
  const seen = new Map<string, { times: number, line: number }>()
  return (row) => {
    const { cells, line, equalBefore } = row
    const texts = places.map((at) => trimmed(cells[at] ?? ''))
    if (texts.every((text) => text === '')) return undefined
    const id = `h-${createHash('sha256').update(texts.join(SEPARATOR)).digest('base64url').slice(0, HASH_CHARACTERS)}`
    const known = seen.get(id)
    const before = equalBefore ?? known?.times ?? 0
    seen.set(id, { times: before + 1, line: known?.line ?? line })
    if (before === 0) return id
    if (counts) {
      row.equalBefore = before // for a replay of the row alone
      return `${id}-${before + 1}`
    }
    return new Fault(
      `The row is equal to that on line ${known?.line ?? line} in ${hash.map((one) => `"${one}"`).join(', ')}, of ` +
        'which the mapping makes its id; take it out, name a column that tells them apart, or have equal rows ' +
        'counted (equal_rows).'
    )
  }
}
