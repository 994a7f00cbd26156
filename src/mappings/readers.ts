import { DAY_MS, formatDay, instantAt, localDay } from '../domain/calendar.ts'
import { keyOf, trimmed } from '../files/table.ts'
import { Blanks, isExcelError } from './cells/blanks.ts'
import { readDate, readMonth, readTime, type Moment, type Order } from './cells/dates.ts'
import { wholeNumber } from './cells/numbers.ts'
import type { Columns } from './columns.ts'
import type { MappingContext } from './context.ts'
import { cellIn, Fault } from './fault.ts'
import type { FieldReader, ReadableRow } from './field-reader.ts'
import { fieldType, REQUIRED, type FieldType } from './fields.ts'
import { idText, madeId } from './ids.ts'
import type { NotedRows } from './noted.ts'
import type { Field, Mapping } from './schema.ts'
import { attributeType, booleanOf, channelNames, slugOf, wordsOf } from './words.ts'

/** What all fields of a mapping share. */
export interface Reading {
  mapping: Mapping
  columns: Columns
  context: MappingContext
  noted: NotedRows
  /** Which of day and month comes first, by field, where cells settle it. */
  orders: ReadonlyMap<string, Order>
  date1904: boolean
}

/** How a field is read: fixed, made of columns, or of the cell of one. */
export function readerOf (name: string, field: Field, reading: Reading): FieldReader {
  const { mapping, columns } = reading
  if (field.value !== undefined) return () => field.value
  const onBlank = blankReader(name, field, mapping)
  const made = madeId(field, columns)
  if (made !== undefined) return (row) => made(row) ?? onBlank(row)
  const { at, heading } = columns.of(field.column ?? '')
  const [words, blanks] = [wordsOf(field), new Blanks(mapping.blanks)]
  const convert = converterOf(name, field, reading)
  return (row) => {
    const text = trimmed(row.cells[at] ?? '')
    if (text === '') return onBlank(row)
    const word = words.size > 0 ? words.get(text.length > 300 ? '' : keyOfWord(text)) : undefined
    if (word === null) return onBlank(row)
    if (word !== undefined) return word
    const blank = blanks.of(text)
    if (blank !== undefined) {
      if (blank === 'usual') {
        reading.noted.add('read-as-blank', row.line, `${cellIn(text, heading)} is read as a blank`, heading)
      }
      return onBlank(row)
    }
    if (isExcelError(text)) {
      return new Fault(`${cellIn(text, heading)} is an error of the spreadsheet; mend its formula, or leave it blank.`)
    }
    return convert(text, row)
  }
}

function blankReader (name: string, { if_blank: said, column, template, hash }: Field, { kind }: Mapping): FieldReader {
  const isRequired = REQUIRED[kind].includes(name)
  if (typeof said === 'object') return () => said.value
  if (said === undefined ? !isRequired : said === 'leave-out' && !isRequired) return () => undefined
  const where = column !== undefined
    ? `The column "${column}" is blank`
    : `${template === undefined ? `${(hash ?? []).join(', ')} are` : `A column of ${template} is`} blank`
  const why = isRequired ? `every ${kind} needs ${name}` : 'the mapping refuses that'
  return () => new Fault(`${where}; ${why}.`, 'missing-field')
}

type Converter = (text: string, row: ReadableRow) => unknown

function converterOf (name: string, field: Field, reading: Reading): Converter {
  const { mapping, context } = reading
  const heading = reading.columns.of(field.column ?? '').heading
  const converters: Record<FieldType, () => Converter> = {
    id: () => (text, { line }) => {
      const id = idText(text)
      if (id !== text && !(id instanceof Fault)) {
        reading.noted.add(
          'id-written', line, `Ids of the column "${heading}" have blanks or letters that ids may not have; they are ` +
            'kept as in addresses, a blank as %20', heading
        )
      }
      return id
    },
    instant: () => instantConverter(name, field, reading),
    day: () => dayConverter(name, field, reading),
    integer: () => (text) => {
      const number = wholeNumber(text, { unit: field.unit, decimalComma: mapping.decimal_comma })
      return 'value' in number ? number.value : new Fault(`${cellIn(text, heading)} ${number.why}.`)
    },
    boolean: () => (text) =>
      booleanOf(text) ?? new Fault(`${cellIn(text, heading)} is neither yes nor no; say in words which it is.`),
    word: () => name === 'period' ? (text) => slugOf(text).replaceAll('-', '_') : keyOfWord,
    channel: () => channelNames(context),
    text: () => name === 'measure' ? keyOfWord : (text) => text,
    attribute: () => converters[ATTRIBUTE_TYPES[attributeType(name, context)]]()
  }
  converters.word = name.startsWith('attributes.') ? () => slugOf : converters.word
  return converters[fieldType(mapping.kind, name) ?? 'text']()
}

const ATTRIBUTE_TYPES = { boolean: 'boolean', integer: 'integer', words: 'word' } as const

const keyOfWord = (text: string): string => keyOf(text)

function dateReader (
  name: string, { column, date, time }: Field, reading: Reading
): (text: string, row: ReadableRow) => Moment | Fault {
  const { columns, noted, date1904 } = reading
  const heading = columns.of(column ?? '').heading
  const ofTime = time === undefined ? undefined : columns.of(time)
  const settings = { format: date, order: reading.orders.get(name), date1904 }
  return (text, row) => {
    const found = readDate(text, settings)
    if ('ambiguous' in found) {
      const [a, b] = found.ambiguous
      return new Fault(
        `${cellIn(text, heading)} may be ${formatDay(a)} or ${formatDay(b)}; say in the mapping how its dates are ` +
          'written, such as "date": "dd/mm/yyyy".', 'ambiguous-date'
      )
    }
    if ('why' in found) {
      const month = reading.mapping.kind === 'observation' ? readMonth(text) : undefined
      const written = date === undefined ? '' : ` written as ${date}`
      return month ?? new Fault(`${cellIn(text, heading)} ${found.why}${written}.`)
    }
    if (found.isSerial === true && date?.startsWith('excel') !== true) {
      const say = `Numbers of the column "${heading}" are read as the days by which Excel counts`
      noted.add('serial-date', row.line, say, heading)
    }
    const timeText = ofTime === undefined ? '' : trimmed(row.cells[ofTime.at] ?? '')
    if (ofTime === undefined || timeText === '') return found
    const clock = readTime(timeText)
    return clock === undefined
      ? new Fault(`${cellIn(timeText, ofTime.heading)} is no time of day.`)
      : { day: found.day, ...clock }
  }
}

function instantConverter (name: string, field: Field, reading: Reading): Converter {
  const read = dateReader(name, field, reading)
  const heading = reading.columns.of(field.column ?? '').heading
  const inUtc = reading.mapping.time_zone === 'UTC'
  return (text, row) => {
    const moment = read(text, row)
    if (moment instanceof Fault) return moment
    const local = moment.day * DAY_MS + (moment.time ?? 0)
    if (moment.offset !== undefined || inUtc) return instantText(local - (moment.offset ?? 0))
    const { instant, shown } = instantAt(local)
    if (shown !== 'once') {
      const say = shown === 'twice'
        ? 'is a time that the clocks showed twice that day; it is read as the first'
        : 'is a time that the clocks left out that day; it is read as if they had not'
      reading.noted.add('clock-change', row.line, `${cellIn(text, heading)} ${say}`, heading)
    }
    return instantText(instant)
  }
}

/** In the form that is read fastest. */
const instantText = (instant: number): string => {
  const text = new Date(instant).toISOString()
  return text.endsWith('.000Z') ? `${text.slice(0, 19)}Z` : text
}

function dayConverter (name: string, field: Field, reading: Reading): Converter {
  const read = dateReader(name, field, reading)
  return (text, row) => {
    const moment = read(text, row)
    if (moment instanceof Fault) return moment
    const { day, time, offset } = moment
    return formatDay(offset === undefined ? day : localDay(day * DAY_MS + (time ?? 0) - offset))
  }
}
