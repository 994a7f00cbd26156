import { isUnknown } from '../../catalogue/directory.ts'
import { periodStart, PERIODS, type Period } from '../../domain/period.ts'
import { fold } from '../../domain/fold.ts'
import { readDate } from '../cells/dates.ts'
import { channelMeant } from './channel-words.ts'
import type { Guess } from './guess.ts'

/** The period of figures by their first days, and columns that are figures of a channel each. */
export function suggestPeriod (guess: Guess): void {
  period(guess)
  figures(guess)
}

function period ({ fields, notes, open, profiles }: Guess): void {
  if ('period' in fields) return
  const column = fields['start_on']?.column
  const profile = profiles.find(({ heading }) => heading === column)
  const days = [...profile?.values.keys() ?? []].flatMap((text) => {
    const found = readDate(text, { order: profile?.monthFirst === undefined ? 'day-first' : 'month-first' })
    return 'day' in found ? [found.day] : []
  })
  // The longest that begins on each of these days; a day begins on all.
  const found = LONGEST_FIRST.find((one) => days.length > 1 && days.every((day) => periodStart(one, day) === day))
  if (found === undefined || found === 'day') {
    const note = `Which period the figures are for is not in the file: say one of ${PERIODS.join(', ')}.`
    open.push({ field: 'period', note })
    fields['period'] = { value: headed(column) ?? 'day' }
    return
  }
  fields['period'] = { value: found }
  notes.push({ field: 'period', note: `Each date begins a ${found.replace('_', ' ')}.` })
}

const LONGEST_FIRST: readonly Period[] = ['financial_year', 'year', 'quarter', 'month', 'week', 'day']
const headed = (heading = ''): Period | undefined =>
  PERIODS.find((one) => fold(heading).includes(one.replace('_', ' ')))

function figures (guess: Guess): void {
  const { fields, profiles, taken, context, notes, open } = guess
  if ('channel' in fields) return
  const columns = profiles.filter((one) => !taken.has(one) && one.numbers > 0.9).flatMap((profile) => {
    const channel = channelMeant(profile.heading, context)
    return channel === undefined || isUnknown(context.directory.channel(channel)) ? [] : [{ profile, channel }]
  })
  if (columns.length < 2) return
  for (const { profile, channel } of columns) {
    guess.figures.push({ column: profile.heading, channel })
    taken.add(profile)
  }
  const total = fields['value']?.column
  delete fields['value']
  const names = columns.map(({ profile }) => profile.heading).join(', ')
  notes.push({ note: `Columns of channels: ${names}; a row gives a figure for each.` })
  if (total !== undefined) {
    open.push({ column: total, note: 'Not read, since the columns of channels are; is it their sum?' })
  }
}
