import { isUnknown } from '../../catalogue/directory.ts'
import { OUTCOMES } from '../../domain/event.ts'
import { fold } from '../../domain/fold.ts'
import type { Table } from '../../files/table.ts'
import { keyOf } from '../../files/table.ts'
import { shownHeading } from '../../files/read-table.ts'
import { readTime } from '../cells/dates.ts'
import type { MappingContext } from '../context.ts'
import { quoted } from '../fault.ts'
import { REQUIRED } from '../fields.ts'
import type { Field, Mapping, MappingKind } from '../schema.ts'
import { slugOf } from '../words.ts'
import { channelMeant } from './channel-words.ts'
import { fieldsHeaded, isPersonalHeading } from './headings.ts'
import { profilesOf, type Profile } from './profile.ts'

/** What was guessed of a field, and why; without a field, of the whole. */
export interface Note { field?: string, column?: string, note: string }
/** A mapping to be looked at and set; `open`: what nobody could tell, so that it is to be said. */
export interface Suggestion { mapping: Mapping, notes: Note[], open: Note[] }

/** A mapping as it is guessed, column by column. */
export class Guess {
  readonly fields: Record<string, Field> = {}
  readonly figures: NonNullable<Mapping['figures']> = []
  readonly notes: Note[] = []
  readonly open: Note[] = []
  readonly profiles: Profile[]
  readonly taken = new Set<Profile>()
  readonly kind: MappingKind
  readonly context: MappingContext
  readonly #table: Table

  constructor (table: Table, kind: MappingKind, context: MappingContext) {
    this.#table = table
    this.kind = kind
    this.context = context
    this.profiles = profilesOf(table, context)
  }

  /** Gives each field the column that fits it best, by its heading and by what it holds. */
  columns (): void {
    const candidates = this.profiles.flatMap((profile) =>
      [...fieldsHeaded(this.kind, profile.heading)].map(([field, likely]) => ({
        field, profile, score: likely * fitOf(field, profile)
      })))
    for (const profile of this.profiles) {
      if (profile.channels >= 0.6 && profile.numbers < 0.5) candidates.push({ field: 'channel', profile, score: 0.35 })
      if (profile.wards >= 0.6) candidates.push({ field: 'ward', profile, score: 0.35 })
    }
    for (const { field, profile, score } of candidates.sort((a, b) => b.score - a.score)) {
      if (score < 0.2 || field in this.fields || this.taken.has(profile)) continue
      const made = this.#fieldOf(field, profile)
      if (made === undefined) continue
      this.fields[field] = made
      this.taken.add(profile)
    }
  }

  #fieldOf (field: string, profile: Profile): Field | undefined {
    const { heading: column } = profile
    switch (field) {
      case 'occurred_at':
      case 'start_on': return { column, ...this.#date(field, profile) }
      case 'channel': return { column, ...this.#channelWords(profile) }
      case 'ward': return this.#ward(profile)
      case 'outcome': return this.#outcome(profile)
      case 'service': return this.#service(profile)
      case 'authority': return this.#authority(profile)
      case 'amount_pence':
        this.notes.push({ field, column, note: 'Taken for pounds; say "unit": "pence" if it is that.' })
        return { column, unit: 'pounds' }
      case 'duration_seconds':
        this.open.push({ field, column, note: 'What it counts is not in the file: taken for seconds; say its unit.' })
        return { column }
      default: return { column }
    }
  }

  #date (field: string, { heading: column, dayFirst, monthFirst, serials }: Profile): Partial<Field> {
    if (serials > 0.5) {
      this.notes.push({ field, column, note: 'Its numbers are taken for the days by which Excel counts.' })
      return { date: 'excel' }
    }
    if (dayFirst !== undefined && monthFirst !== undefined) {
      const note = `${quoted(dayFirst)} has the day first and ${quoted(monthFirst)} the month: say which is right.`
      this.open.push({ field, column, note })
      return { date: 'dd/mm/yyyy' }
    }
    if (dayFirst === undefined && monthFirst === undefined) {
      const isOrdered = this.#values(column).some((text) => /^\d{1,2}[\s./-]\d{1,2}[\s./-]\d{2,4}/.test(text))
      if (!isOrdered) return {}
      const note = 'No date of the sample tells whether day or month comes first: check that it is the day.'
      this.open.push({ field, column, note })
      return { date: 'dd/mm/yyyy' }
    }
    const order = dayFirst === undefined ? 'month' : 'day'
    this.notes.push({ field, column, note: `The ${order} comes first, as in ${quoted(dayFirst ?? monthFirst ?? '')}.` })
    return { date: order === 'day' ? 'dd/mm/yyyy' : 'mm/dd/yyyy' }
  }

  #values (heading: string): string[] {
    const at = this.#table.headings.indexOf(heading)
    return this.#table.rows.slice(0, 200).map(({ cells }) => (cells[at] ?? '').trim())
  }

  #channelWords ({ heading: column, values }: Profile): Partial<Field> {
    const meant = [...values.keys()].map((text) => [text, channelMeant(text, this.context)] as const)
    const unknown = meant.filter(([, slug]) => slug === undefined).map(([text]) => quoted(text))
    if (unknown.length > 0) {
      const note = `Not known as channels: ${unknown.slice(0, 20).join(', ')}; give each its word in words.`
      this.open.push({ field: 'channel', column, note })
    }
    const words = Object.fromEntries(meant.flatMap(([text, slug]) =>
      slug === undefined || keyOf(text) === slug ? [] : [[text, slug]]))
    if (Object.keys(words).length === 0) return {}
    this.notes.push({ field: 'channel', column, note: 'Words matched to /v1/channels by name and alias; check them.' })
    return { words }
  }

  #ward ({ heading: column, wards, filled }: Profile): Field | undefined {
    const { source: { authority } } = this.context
    if (filled > 0 && wards < 0.2) {
      const note = `Hardly any of its values is a ward of ${authority.slug}: left out.`
      this.open.push({ field: 'ward', column, note })
      return undefined
    }
    if (wards < 1) {
      const note = 'Some of its values are no wards that are known here; give them words.'
      this.open.push({ field: 'ward', column, note })
    }
    return { column }
  }

  #outcome ({ heading: column, values }: Profile): Field | undefined {
    const known = [...values.keys()].filter((text) => keyOf(text) in OUTCOMES)
    if (values.size > 0 && known.length === values.size) return { column }
    const ours = Object.keys(OUTCOMES).filter((word) => !/^\d$/.test(word)).join(', ')
    const note = `Left out: its words are not those of an outcome; map it with words to ${ours}.`
    this.open.push({ field: 'outcome', column, note })
    return undefined
  }

  #service ({ heading: column, values }: Profile): Field | undefined {
    const { directory, source } = this.context
    const found = [...values.keys()].filter((text) => {
      const service = directory.service(text)
      return !isUnknown(service) && source.services.includes(service.id)
    })
    return values.size > 0 && found.length === values.size ? { column } : undefined
  }

  #authority ({ heading: column, values }: Profile): Field | undefined {
    const all = [...values.keys()]
    const { directory } = this.context
    return all.length > 0 && all.every((text) => !isUnknown(directory.authority(text))) ? { column } : undefined
  }

  /** Attributes of the source's services whose name is a heading, or whose words a column holds. */
  attributes (): void {
    const { directory, source } = this.context
    const declared = new Map(source.services.flatMap((id) => [...directory.attributes.of(id)]))
    for (const [name, { title, type, allowed }] of declared) {
      const free = this.profiles.filter((one) => !this.taken.has(one) && one.filled > 0)
      const isOne = (text: string): boolean => allowed.has(slugOf(text))
      // A column "Customer" without any of the words may as well hold names of people.
      const headed = free.find(({ heading, values }) =>
        [name, title].some((one) => fold(one) === fold(heading)) &&
        (!isPersonalHeading(heading) || [...values.keys()].some(isOne)))
      const found = headed ?? (type === 'words'
        ? free.find(({ values }) => shareOf([...values.keys()], isOne) >= 0.6)
        : undefined)
      if (found === undefined) continue
      const field = `attributes.${name}`
      this.fields[field] = { column: found.heading }
      this.taken.add(found)
      const unknown = type === 'words' ? [...found.values.keys()].filter((text) => !isOne(text)) : []
      if (unknown.length > 0) {
        this.open.push({
          field,
          column: found.heading,
          note: `Not among its words: ${unknown.slice(0, 20).map(quoted).join(', ')}; give each its word, or null.`
        })
      }
    }
  }

  /** The column of the time of day, where that of the date has none. */
  time (): void {
    const field = this.fields['occurred_at']
    if (field?.column === undefined || this.#values(field.column).some((text) => text.includes(':'))) return
    const found = this.profiles.find((one) => !this.taken.has(one) && /^(?:time\b.*|.* time)$/.test(fold(one.heading)))
    if (found === undefined || !this.#values(found.heading).some((text) => readTime(text) !== undefined)) return
    field.time = found.heading
    this.taken.add(found)
  }

  /** What the source itself says. */
  fixed (): void {
    const { directory, source } = this.context
    if (!('authority' in this.fields)) this.fields['authority'] = { value: source.authority.slug }
    if ('service' in this.fields) return
    const [only, ...others] = source.services.flatMap((id) => directory.serviceById.get(id)?.slug ?? [])
    if (only === undefined) return
    this.fields['service'] = { value: only }
    if (others.length === 0) return
    const note = `The source may write for several services: ${only} is taken; it may also be ` +
      `${others.slice(0, 20).join(', ')}.`
    this.open.push({ field: 'service', note })
  }

  id (): void {
    if ('id' in this.fields) return
    const unique = this.profiles.find((one) => !this.taken.has(one) && one.isUnique && !isPersonalHeading(one.heading))
    if (unique !== undefined) {
      this.fields['id'] = { column: unique.heading }
      this.taken.add(unique)
      const note = 'No heading says that it is an id; no two rows have the same.'
      this.notes.push({ field: 'id', column: unique.heading, note })
      return
    }
    const hash = Object.values(this.fields).flatMap(({ column }) => column ?? [])
    this.fields['id'] = { hash }
    const note = 'The file has no id, so one is made of what the row says: two events that say the same are refused ' +
      'or counted as one, and a corrected row is another event. Have the system export a reference.'
    this.open.push({ field: 'id', note })
  }

  made (): Suggestion {
    const rest = this.profiles.filter((one) => !this.taken.has(one) && one.heading !== '')
    for (const { heading } of rest.filter(({ heading }) => isPersonalHeading(heading))) {
      this.notes.push({ column: this.#shown(heading), note: 'About a person, it seems: not read.' })
    }
    const inFigures = this.figures.length > 0 ? ['value'] : []
    for (const field of REQUIRED[this.kind].filter((name) => !(name in this.fields) && !inFigures.includes(name))) {
      const note = `No column was found for it, and every ${this.kind} needs it: name one, or a value.`
      this.open.push({ field, note })
    }
    const blanks = [...new Set(this.profiles.filter((one) => this.taken.has(one)).flatMap(({ blanks }) => [...blanks]))]
    if (blanks.length > 0) this.notes.push({ note: `Taken for blanks: ${blanks.slice(0, 20).map(quoted).join(', ')}.` })
    const ignore = rest.map(({ heading }) => heading)
    return {
      mapping: {
        kind: this.kind,
        fields: this.fields,
        ...(this.figures.length > 0 && { figures: this.figures }),
        ...(blanks.length > 0 && { blanks: blanks.slice(0, 50) }),
        ...(ignore.length > 0 && { ignore })
      },
      notes: this.notes,
      open: this.open
    }
  }

  #shown (heading: string): string {
    return shownHeading(heading, this.#table.headings.indexOf(heading))
  }
}

const shareOf = (texts: string[], fits: (text: string) => boolean): number =>
  texts.length === 0 ? 0 : texts.filter(fits).length / texts.length

/** How well what a column holds goes with a field: 0 never, 1 as it should. */
function fitOf (field: string, { dates, numbers, money, isUnique, filled, channels, values, wards }: Profile): number {
  if (filled === 0) return 0
  switch (field) {
    case 'id': return dates > 0.8 && numbers < 0.8 ? 0 : isUnique ? 1 : 0.7
    case 'occurred_at':
    case 'start_on': return dates > 0.8 ? 1 : dates
    case 'count':
    case 'revision':
    case 'street':
    case 'value':
    case 'duration_seconds': return numbers > 0.9 ? 1 : 0
    case 'amount_pence': return money > 0.9 ? 1 : 0
    case 'channel': return values.size > 0 ? 0.4 + 0.6 * channels : 0
    case 'ward': return 0.5 + 0.5 * wards
    default: return values.size > 0 || field === 'note' ? 1 : 0.3
  }
}
