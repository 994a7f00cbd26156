import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import { read, utils } from '@e965/xlsx'

const run = promisify(execFile)
const at = (name: string): string => join(import.meta.dirname, name)

export type Cell = string | number | boolean | null
/** A column as a reader took it; `empty`: it had no value to tell by. */
export type Kind = 'text' | 'number' | 'boolean' | 'date' | 'empty'
export interface Sheet { columns: string[], kinds: string[], rows: Cell[][] }

/** A program that reads CSV: what it is called, whether it is here, and what it makes of an address. */
export interface Reader {
  name: string
  isHere: () => Promise<boolean>
  read: (address: string, dates: readonly string[]) => Promise<Sheet>
}

const succeeds = async (program: string, args: string[]): Promise<boolean> =>
  await run(program, args).then(() => true, () => false)
const most = { maxBuffer: 2 ** 28 }

function pandas (python: string): Reader {
  return {
    name: `pandas (${python})`,
    isHere: async () => await succeeds(python, ['-c', 'import pandas']),
    read: async (address, dates) => JSON.parse(
      (await run(python, [at('read.py'), address, ...dates], most)).stdout) as Sheet
  }
}

const readr: Reader = {
  name: 'readr',
  isHere: async () => await succeeds('Rscript', ['-e', 'library(readr)']),
  read: async (address) => {
    const { stdout } = await run('Rscript', [at('read.R'), address], most)
    const [kinds = ''] = stdout.split('\n', 1)
    const [columns = [], ...rows] = parse(stdout.slice(kinds.length + 1))
    const kindOf = kinds.split(',')
    return {
      columns,
      kinds: kindOf,
      rows: rows.map((row) => row.map((cell, i) =>
        cell === '\\N' ? null : kindOf[i] === 'number' ? Number(cell) : kindOf[i] === 'boolean' ? cell === 'TRUE' : cell))
    }
  }
}

const calc: Reader = {
  name: 'LibreOffice Calc',
  isHere: async () => await succeeds('soffice', ['--version']),
  read: async (address) => {
    const folder = mkdtempSync(join(tmpdir(), 'lpp-readers-'))
    try {
      const file = join(folder, 'sheet.csv')
      writeFileSync(file, Buffer.from(await (await fetch(address)).arrayBuffer()))
      await run(at('spreadsheet.sh'), [file])
      return sheetOf(readFileSync(join(folder, 'sheet.xlsx')))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function sheetOf (workbook: Buffer): Sheet {
  const { SheetNames: [name = ''], Sheets } = read(workbook, { cellDates: true, UTC: true })
  const rows = utils.sheet_to_json<unknown[]>(Sheets[name] ?? {}, { header: 1, defval: null, raw: true, UTC: true })
  const [columns = [], ...cells] = rows
  const kind = (value: unknown): Kind =>
    value instanceof Date ? 'date' : typeof value === 'string' ? 'text' : typeof value as Kind
  return {
    columns: columns.map(String),
    kinds: columns.map((_, i) => {
      const kinds = new Set(cells.map((row) => row[i]).filter((value) => value !== null).map(kind))
      return kinds.size === 0 ? 'empty' : [...kinds].sort().join('+')
    }),
    rows: cells.map((row) => row.map((value) =>
      value instanceof Date ? value.toISOString().slice(0, 10) : value as Cell))
  }
}

/** `READER_PYTHON` names another Python, one with another version of pandas. */
export const READERS: Reader[] = [pandas(process.env['READER_PYTHON'] ?? '/usr/bin/python3'), readr, calc]
