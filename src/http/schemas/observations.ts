import { Type } from 'typebox'
import { Nullable, PROVENANCE } from './common.ts'

export const MeasureSchema = Type.Object({
  slug: Type.String({ examples: ['collections_made'] }),
  title: Type.String({ examples: ['Collections made'] }),
  unit: Type.String({ examples: ['collections'] }),
  kind: Type.String({ examples: ['flow'], description: 'flow adds up over time; stock is what there is at a time.' }),
  polarity: Type.String({ examples: ['none'], description: 'Which way is better: higher, lower or none.' }),
  by_channel: Type.Boolean({
    examples: [false], description: 'Whether a rate by channel needs the channel’s own figure.'
  }),
  description: Type.String({ examples: ['Bins that were due to be emptied and were, one for each bin and visit.'] }),
  ...PROVENANCE
}, { $id: 'Measure', description: 'What a figure for a period is a figure of.' })

const Version = {
  value: Type.Integer({ examples: [412000] }),
  revision: Type.Integer({ examples: [1] }),
  provisional: Type.Boolean({ examples: [false] }),
  note: Type.String({ examples: ['one round on strike'] }),
  withdrawn: Type.Boolean({ examples: [false] }),
  received_at: Type.String({ format: 'date-time' }),
  receipt: Type.String({ examples: ['1042'] })
}

export const StoredObservationsSchema = Type.Object({
  authority: Type.String({ examples: ['solihull'] }),
  service: Type.String({ examples: ['report-missed-bin'] }),
  measure: Type.String({ examples: ['collections_made'] }),
  period: Type.String({ examples: ['week'] }),
  start_on: Type.String({ format: 'date', examples: ['2025-05-26'] }),
  figures: Type.Array(Type.Object({
    channel: Nullable(Type.String({ examples: ['web'] })),
    ward: Nullable(Type.String({ examples: ['E05001286'] })),
    ...Version,
    history: Type.Array(Type.Object(Version), { description: 'Earlier versions, newest first.', examples: [[]] })
  }))
}, { $id: 'StoredFigures', description: 'The figures of a period as they are kept, with their history.' })

const ROW = {
  authority: 'solihull',
  service: 'report-missed-recycling',
  measure: 'collections_made',
  period: 'week',
  start_on: '2025-05-26',
  value: 412000
}
export const OBSERVATION_EXAMPLES = {
  one: { summary: 'One figure', value: { ...ROW, provisional: false, note: 'one round on strike' } },
  batch: { summary: 'A batch', value: [ROW, { ...ROW, start_on: '2025-06-02', value: 411200 }] }
}
export const OBSERVATION_LINES = `${JSON.stringify(ROW)}\n${JSON.stringify({ ...ROW, start_on: '2025-06-02' })}\n`
