import { Type, type Static } from 'typebox'
import { DATE_FORMATS } from './cells/dates.ts'
import { UNITS } from './cells/numbers.ts'

const Heading = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 200, description, examples: [example] })
const SCALARS = [Type.String({ maxLength: 300 }), Type.Integer(), Type.Boolean()] as const
const Scalar = Type.Union([...SCALARS])

const Words = (description: string) =>
  Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.Union([...SCALARS, Type.Null()]), {
    maxProperties: 2000, description, examples: [{ 'Phone call': 'telephone-agent', Online: 'web' }]
  })

/** Where a field comes from, and how its cells are read. */
const MappedField = Type.Object({
  column: Type.Optional(Heading('The heading of its column; case and blanks around it say nothing.', 'Date reported')),
  value: Type.Optional(Type.Union([...SCALARS], {
    description: 'Fixed, in the place of a column.', examples: ['solihull']
  })),
  template: Type.Optional(Type.String({
    minLength: 1,
    maxLength: 300,
    description: 'Of an id: made of columns, each in braces; refused where one of them is blank.',
    examples: ['{Ref No}/{Line}']
  })),
  hash: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
    minItems: 1,
    maxItems: 50,
    description:
        'Of an id, where the file has none: made of what these columns say together, so that the same row gets the ' +
          'same id again. Rows that say the same are then one event.',
    examples: [['Date reported', 'Ward', 'Channel']]
  })),
  equal_rows: Type.Optional(Type.Enum(['refuse', 'count'], {
    description:
        'With hash: rows of one file that are equal are refused (the default), or counted: the second gets another ' +
          'id than the first. Count only where a file is always sent whole, in one request.'
  })),
  words: Type.Optional(Words(
    'Their words, each with the platform’s; null: as a blank. Case and blanks around a word say nothing. Words that ' +
      'are not here are taken as they are.'
  )),
  if_blank: Type.Optional(Type.Union([
    Type.Enum(['leave-out', 'refuse']),
    Type.Object({ value: Scalar }, { additionalProperties: false })
  ], {
    description:
        'What a blank means: nothing is known (leave-out, the default of what may be left out), the row is refused, ' +
          'or a fixed value. Never 0: what is not known is not none.',
    examples: ['leave-out']
  })),
  date: Type.Optional(Type.Enum([...DATE_FORMATS], {
    description:
        'How a day is written: which part comes first. Separators, time of day and names of months are found out. ' +
          'excel: the number of a day, excel-1904 of older workbooks of the Macintosh; unix: seconds since 1970. ' +
          'Left out: ISO 8601, or found out of the file; a date that may be two is refused then.',
    examples: ['dd/mm/yyyy']
  })),
  time: Type.Optional(Heading('The column of the time of day, where it has one of its own.', 'Time')),
  unit: Type.Optional(Type.Enum(Object.keys(UNITS) as Array<keyof typeof UNITS>, {
    description: 'What the cells count: pounds become pence, minutes, hours and days become seconds. Exact, always.',
    examples: ['pounds']
  }))
}, { $id: 'MappedField', additionalProperties: false, description: 'Where a field comes from, and how it is read.' })

const MappedFigure = Type.Object({
  column: Heading('The column of the figure; a blank cell is no figure.', 'Website'),
  measure: Type.Optional(Type.String({ minLength: 1, maxLength: 60, examples: ['contacts'] })),
  channel: Type.Optional(Type.String({ minLength: 1, maxLength: 60, examples: ['web'] })),
  ward: Type.Optional(Type.String({ minLength: 1, maxLength: 80, examples: ['E05001286'] })),
  unit: Type.Optional(Type.Enum(Object.keys(UNITS) as Array<keyof typeof UNITS>))
}, {
  $id: 'MappedFigure', additionalProperties: false, description: 'A column of figures, of files with several in a row.'
})

/** A mapping as it is set. */
export const MappingSchema = Type.Object({
  kind: Type.Enum(['event', 'observation'], { description: 'What a row becomes.' }),
  fields: Type.Record(
    Type.String({ minLength: 1, maxLength: 60 }),
    Type.Ref('MappedField'),
    {
      minProperties: 1,
      maxProperties: 60,
      description: 'By field of an Event or Observation; attributes as `attributes.reason`.',
      examples: [{ id: { column: 'Ref No' }, authority: { value: 'solihull' } }]
    }
  ),
  figures: Type.Optional(Type.Array(Type.Ref('MappedFigure'), {
    minItems: 1,
    maxItems: 100,
    description: 'Of observations with a column a channel or a measure: one row gives a figure for each of these.'
  })),
  file: Type.Optional(Type.Object({
    delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1, examples: [';'] })),
    encoding: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{2,30}$', examples: ['windows-1252'] })),
    header_line: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, examples: [3] })),
    sheet: Type.Optional(Type.String({ minLength: 1, maxLength: 100, examples: ['Data'] }))
  }, { additionalProperties: false, description: 'What is otherwise found out of the file itself.' })),
  blanks: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 60 }), {
    maxItems: 50, description: 'What else is a blank in this file.', examples: [['n/a', 'TBC']]
  })),
  time_zone: Type.Optional(Type.Enum(['Europe/London', 'UTC'], {
    description: 'Of times that do not say their own; left out: Europe/London.'
  })),
  decimal_comma: Type.Optional(Type.Boolean({ description: '1.234,50 is 1,234.50.' })),
  ignore: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
    maxItems: 300, description: 'Columns that are not read, and need no warning.', examples: [['Customer name']]
  }))
}, {
  $id: 'FileMapping',
  additionalProperties: false,
  description: 'How the columns and words of a file become fields of rows.'
})
export const MAPPING_SCHEMAS = [MappedField, MappedFigure, MappingSchema]

export type Field = Static<typeof MappedField>
export type Figure = Static<typeof MappedFigure>
export type MappingKind = 'event' | 'observation'
export type Mapping = Omit<Static<typeof MappingSchema>, 'kind' | 'fields' | 'figures'> & {
  kind: MappingKind
  fields: Record<string, Field>
  figures?: Figure[]
}

/** A mapping as it is kept. */
export interface StoredMapping { name: string, version: number, body: Mapping }
