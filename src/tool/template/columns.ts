import type { Schemas } from '../../client/index.ts'

type EventType = Schemas['Release']['type']

/** A column of a template: its heading is the name of a field, so that a file is sent as it is, without a mapping. */
export interface Column {
  field: string
  about: string
  needed?: true
  /** What a cell may be, each with what it means where the word does not say it. */
  words?: ReadonlyArray<[word: string, meaning: string]>
  /** Whether something else than these words may be right as well: an alias of the source, a ward of earlier years. */
  open?: true
  /** How a spreadsheet shows it; text keeps the zeros that an id begins with. */
  format?: string
}

/** What the service and the authority have words for. */
export interface Vocabularies {
  authority: Pick<Schemas['Authority'], 'slug' | 'name'>
  service: Schemas['Service']
  channels: Array<Schemas['Channel']>
  wards: Array<Schemas['Area']>
  attributes: Array<Schemas['Attribute']>
  measures: Array<Schemas['Measure']>
}

/** Which outcomes an event of a type has; the contract says all in one list. */
export const OUTCOMES: Record<EventType, readonly string[]> = {
  transaction: ['completed', 'failed', 'reported', 'confirmed', 'unjustified'],
  journey: ['started', 'completed', 'ineligible', 'failed'],
  rating: ['1', '2', '3', '4', '5']
}
export const PERIODS = ['day', 'week', 'month', 'quarter', 'year', 'financial_quarter', 'financial_year'] as const
const BOOLEANS: Array<[string, string]> = [['true', ''], ['false', '']]
const TEXT = '@'
const DAY = 'yyyy-mm-dd'
const MINUTE = 'yyyy-mm-dd hh:mm'

const plain = (words: readonly string[]): Array<[string, string]> => words.map((word) => [word, ''])

/** The columns that events and figures share. */
function common ({ authority, service, channels, wards }: Vocabularies) {
  const slugs = wards.map(({ slug }) => slug)
  // Districts of one county may have wards of the same name.
  const wordOf = ({ slug, code }: Schemas['Area']): string =>
    slugs.indexOf(slug) === slugs.lastIndexOf(slug) ? slug : code
  return {
    authority: {
      field: 'authority',
      about: 'Whose resident it was for.',
      needed: true,
      words: [[authority.slug, authority.name]],
      open: true
    },
    service: {
      field: 'service', about: 'The service.', needed: true, words: [[service.slug, service.title]], open: true
    },
    channel: {
      field: 'channel',
      about: 'How it reached the council; blank: not known.',
      words: channels.map(({ slug, label }) => [slug, label]),
      open: true
    },
    ward: {
      field: 'ward',
      about: 'Ward of that day: this word or its GSS code; blank: not known.',
      words: wards.map((area) => [wordOf(area), `${area.name}, ${area.code}`]),
      open: true
    }
  } satisfies Record<string, Column>
}

/** A row for each thing that happened. */
export function eventColumns (vocabularies: Vocabularies, type: EventType): Column[] {
  const { authority, service, channel, ward } = common(vocabularies)
  return [
    {
      field: 'id',
      about: 'Your number of the case; the same number again is the same event.',
      needed: true,
      format: TEXT
    },
    ...type === 'transaction'
      ? []
      : [{ field: 'type', about: 'What happened.', needed: true as const, words: plain([type]) }],
    authority,
    service,
    { field: 'occurred_at', about: 'When it happened, local time.', needed: true, format: MINUTE },
    channel,
    {
      field: 'outcome',
      about: 'What came of it; blank: completed, or reported of a missed bin.',
      words: plain(OUTCOMES[type]),
      ...type !== 'transaction' && { about: 'What came of it.', needed: true as const }
    },
    ward,
    { field: 'street', about: 'USRN of the street, up to 8 digits; blank: not known.', format: TEXT },
    { field: 'amount_pence', about: 'Money that changed hands, in whole pence; blank: none is known.' },
    { field: 'duration_seconds', about: 'How long it took, in seconds; blank: not known.' },
    { field: 'avoidable', about: 'Whether something else going wrong caused it; blank: false.', words: BOOLEANS },
    ...vocabularies.attributes.map(attributeColumn)
  ]
}

function attributeColumn (attribute: Schemas['Attribute']): Column {
  const { name, title, description, type, words = [], minimum, maximum, valid_from: from, valid_to: to } = attribute
  const about = [
    `${title}; blank: not known.`,
    ...description == null ? [] : [description],
    ...type === 'integer' ? [`A whole number${rangeOf(minimum, maximum)}.`] : [],
    ...from == null && to == null ? [] : [`Of events${rangeOf(from, to)} alone.`]
  ]
  return {
    field: `attributes.${name}`,
    about: about.join(' '),
    ...type === 'words' && { words: plain(words) },
    ...type === 'boolean' && { words: BOOLEANS }
  }
}

/** A row for each figure of a period. */
export function figureColumns (vocabularies: Vocabularies): Column[] {
  const { authority, service, channel, ward } = common(vocabularies)
  return [
    authority,
    service,
    {
      field: 'measure',
      about: 'What is counted.',
      needed: true,
      words: vocabularies.measures.map(({ slug, title, unit }) => [slug, `${title}, in ${unit}`])
    },
    {
      field: 'period',
      about: 'How long; weeks start on Monday, financial years and quarters on 1 April.',
      needed: true,
      words: plain(PERIODS)
    },
    { field: 'start_on', about: 'First day of the period.', needed: true, format: DAY },
    { ...channel, about: 'For a figure of one channel; blank: of all.' },
    { ...ward, about: 'For a figure of one ward: this word or its GSS code; blank: of all.' },
    {
      field: 'value',
      about: 'A whole number, money in pence. 0 says that there was none; leave the row out if nobody knows.',
      needed: true
    },
    { field: 'provisional', about: 'Whether it may still change; blank: false.', words: BOOLEANS },
    { field: 'note', about: 'What readers should know; nothing about a person.' }
  ]
}

const rangeOf = <T extends number | string>(least: T | null | undefined, most: T | null | undefined): string =>
  [least == null ? '' : ` from ${least}`, most == null ? '' : ` to ${most}`].join('')
