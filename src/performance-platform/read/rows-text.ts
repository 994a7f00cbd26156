import { Slices } from '../../domain/slices.ts'
import { tableText } from './csv.ts'
import type { Row } from './shape.ts'

const ROWS = 200

/** Rows as JSON, a list, in slices: a hundred thousand at once would make all others wait. */
export async function jsonOfRows (rows: readonly Row[]): Promise<string> {
  const slices = new Slices()
  const list = async (all: readonly unknown[]): Promise<string> => {
    let text = ''
    for (let from = 0; from < all.length; from += ROWS) {
      const some = JSON.stringify(all.slice(from, from + ROWS))
      text += `${from === 0 ? '' : ','}${some.slice(1, -1)}`
      if (slices.over) await slices.pause()
    }
    return `[${text}]`
  }
  if (!rows.some(({ values }) => Array.isArray(values))) return await list(rows)
  // Each group with its periods, of which there may be as many.
  const texts: string[] = []
  for (const row of rows) {
    const { values, ...rest } = row
    const head = JSON.stringify(rest).slice(0, -1)
    const separator = head === '{' ? '' : ','
    texts.push(Array.isArray(values) ? `${head}${separator}"values":${await list(values)}}` : JSON.stringify(row))
  }
  return `[${texts.join(',')}]`
}

/** Rows as a table, in slices; nothing where there are none. */
export async function tableOfRows (rows: readonly Row[]): Promise<string> {
  const slices = new Slices()
  const names = new Set<string>()
  for (const row of rows) {
    for (const name of Object.keys(row)) names.add(name)
    if (slices.over) await slices.pause()
  }
  const columns = [...names].sort()
  let text = ''
  for (let from = 0; from < rows.length; from += ROWS) {
    text += tableText(rows.slice(from, from + ROWS), columns, from === 0)
    if (slices.over) await slices.pause()
  }
  return text
}
