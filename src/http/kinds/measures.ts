import { Type } from 'typebox'
import { isUnknown } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import type { Measure } from '../../catalogue/kpi-directory.ts'
import type { Measure as MeasureInput } from '../../domain/measure.ts'
import { checkMeasures, removeMeasure, writeMeasures } from '../../kpi/administration/measures.ts'
import { MeasureSchema } from '../schemas/observations.ts'
import { provenanceToWire } from '../wire/catalogue.ts'
import type { Kind } from './kind.ts'

const [KINDS, POLARITIES] = [['flow', 'stock'], ['higher', 'lower', 'none']]

const MeasureInputSchema = Type.Object({
  slug: Type.String({
    pattern: '^[a-z][a-z0-9]*(_[a-z0-9]+)*$', maxLength: 60, description: 'Its word.', examples: ['calls_waiting']
  }),
  title: Type.String({ minLength: 1, maxLength: 120, examples: ['Calls waiting'] }),
  unit: Type.String({
    minLength: 1,
    maxLength: 60,
    description:
      'What is counted. Small figures are kept back as those of people unless it is collections, dwellings, items, ' +
        'pence or seconds.',
    examples: ['calls']
  }),
  kind: Type.Optional(Type.Enum(KINDS, {
    default: 'flow', description: 'flow adds up over time; stock is what there is at a time.', examples: ['stock']
  })),
  polarity: Type.Optional(Type.Enum(POLARITIES, {
    default: 'none', description: 'Which way is better.', examples: ['lower']
  })),
  by_channel: Type.Optional(Type.Boolean({
    default: false, description: 'Whether a rate by channel needs the channel’s own figure.', examples: [false]
  })),
  description: Type.String({
    minLength: 1, maxLength: 1000, description: 'Exactly what is counted.', examples: ['Calls in the queue at noon.']
  })
}, {
  $id: 'MeasureInput',
  additionalProperties: false,
  description: 'What a figure for a period is a figure of. Once figures are stored, kind and by_channel stay.'
})

export const MEASURE_EXAMPLE = {
  slug: 'calls_waiting',
  title: 'Calls waiting',
  unit: 'calls',
  kind: 'stock',
  polarity: 'lower',
  description: 'Calls in the queue at noon.'
}

/** What figures for periods may be figures of. */
export const measures: Kind<Measure, MeasureInput> = {
  path: '/measures',
  one: 'Measure',
  many: 'Measures',
  tag: 'kpis',
  summary: 'What figures for periods may be figures of',
  address: [{ parameter: 'measure', field: 'slug', example: 'collections_made', description: 'Its word.' }],
  row: MeasureSchema,
  input: MeasureInputSchema,
  examples: [MEASURE_EXAMPLE],
  filters: {
    kind: Type.Optional(Type.Enum(KINDS)),
    unit: Type.Optional(Type.String({ maxLength: 60, examples: ['pence'] })),
    polarity: Type.Optional(Type.Enum(POLARITIES))
  },
  permission: 'operator',
  codes: ['unknown-measure'],
  rows: ({ kpis }, query) => {
    const asked = query as { kind?: string, unit?: string, polarity?: string }
    return kpis.measures.filter((measure) =>
      (['kind', 'unit', 'polarity'] as const).every((field) =>
        asked[field] === undefined || measure[field] === asked[field]
      )
    )
  },
  key: ({ slug }) => slug,
  names: ({ slug, title, description }) => [slug, title, description],
  toWire: ({ slug, title, unit, kind, polarity, by_channel, description, ...provenance }) => ({
    slug, title, unit, kind, polarity, by_channel, description, ...provenanceToWire(provenance)
  }),
  find: ({ kpis }, { measure = '' }) => known(kpis.measureInUse(measure), 'unknown-measure', 'measure'),
  existing: ({ kpis }, { slug }) => {
    const found = kpis.measureInUse(slug)
    return isUnknown(found) ? undefined : found
  },
  check: checkMeasures,
  write: writeMeasures,
  remove: removeMeasure
}
