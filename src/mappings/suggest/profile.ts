import { isUnknown, type Directory } from '../../catalogue/directory.ts'
import { trimmed, type Table } from '../../files/table.ts'
import { Blanks } from '../cells/blanks.ts'
import { orderOf, readDate } from '../cells/dates.ts'
import { wholeNumber } from '../cells/numbers.ts'
import type { MappingContext } from '../context.ts'
import { channelMeant } from './channel-words.ts'

/** Rows that are looked at. */
const LOOKED_AT = 2000
/** Values of a column that are told apart; one with more has no list of words. */
const MOST_VALUES = 60

/** What a column holds, as shares of its cells that are not blank. */
export interface Profile {
  heading: string
  filled: number
  /** Cells that are blank in other words. */
  blanks: Set<string>
  values: Map<string, number>
  isUnique: boolean
  dates: number
  serials: number
  dayFirst: string | undefined
  monthFirst: string | undefined
  numbers: number
  money: number
  channels: number
  wards: number
}

export function profilesOf (table: Table, context: MappingContext): Profile[] {
  return table.headings.map((heading, at) => profileOf(heading, table.rows.slice(0, LOOKED_AT).map(({ cells }) =>
    trimmed(cells[at] ?? '')), context))
}

function profileOf (heading: string, all: string[], { directory, source }: MappingContext): Profile {
  const usual = new Blanks()
  const isBlank = (text: string): boolean => usual.of(text) !== undefined
  const texts = all.filter((text) => text !== '' && !isBlank(text))
  const distinct = new Set(texts)
  const values = new Map([...Map.groupBy(texts, (text) => text)].slice(0, MOST_VALUES + 1)
    .map(([text, same]) => [text, same.length]))
  const share = (fits: (text: string) => boolean): number =>
    texts.length === 0 ? 0 : texts.filter(fits).length / texts.length
  const isFew = distinct.size <= MOST_VALUES
  const wards = isFew || distinct.size <= 300 ? wardsIn(distinct, directory, source.authority) : new Set<string>()
  return {
    heading,
    filled: texts.length,
    blanks: new Set(all.filter((text) => text !== '' && isBlank(text))),
    values: isFew ? values : new Map<string, number>(),
    isUnique: distinct.size === texts.length && texts.length > 0,
    dates: share((text) => !('why' in readDate(text, {}))),
    serials: share((text) => /^\d{5}(?:\.\d+)?$/.test(text) && !('why' in readDate(text, {}))),
    dayFirst: texts.find((text) => orderOf(text) === 'day-first'),
    monthFirst: texts.find((text) => orderOf(text) === 'month-first'),
    numbers: share((text) => 'value' in wholeNumber(text)),
    money: share((text) => 'value' in wholeNumber(text, { unit: 'pounds' })),
    channels: isFew ? share((text) => channelMeant(text, { directory, source }) !== undefined) : 0,
    wards: share((text) => wards.has(text))
  }
}

function wardsIn (
  texts: ReadonlySet<string>, directory: Directory, authority: MappingContext['source']['authority']
): Set<string> {
  return new Set([...texts].filter((text) => text.length <= 80 && !isUnknown(directory.ward(authority, text))))
}
