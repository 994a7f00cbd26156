import { Type } from 'typebox'
import { RHYTHMS } from '../../domain/rhythm.ts'
import { Nullable } from './common.ts'

const Count = (description: string, example: number) => Type.Integer({ minimum: 0, description, examples: [example] })
const Counts = (description: string) => Nullable(Type.Object({
  received: Count('In all.', 1000),
  stored: Count('That were new.', 990),
  duplicates: Count('That were there already.', 6),
  revised: Count('That corrected others.', 1),
  rejected: Count('That were refused.', 3)
}), { description })

export const RhythmWord = (description: string) => Type.Enum([...RHYTHMS], { description, examples: ['day'] })
export const AllowedDays = (description: string) =>
  Type.Integer({ minimum: 1, maximum: 1000, description, examples: [2] })

export const FeedSchema = Type.Object({
  authority: Type.String({ description: 'Whom it is about.', examples: ['solihull'] }),
  service: Type.String({ examples: ['report-missed-bin'] }),
  source: Nullable(Type.String(), {
    description: 'The system that sends it, as `authority/name`; null: not known, or a data set of the old dialect.',
    examples: ['solihull/bartec']
  }),
  newest_day: Type.String({
    format: 'date', description: 'The newest local day that anything was reported of.', examples: ['2025-06-09']
  }),
  arrived_on: Nullable(Type.String({ format: 'date' }), {
    description: 'The local day on which rows came last; null: before that was noted.', examples: ['2025-06-10']
  }),
  rhythm: Nullable(RhythmWord('How often something new comes in.'), {
    description:
      'How often something new comes in, as learnt or as it was set; null: too little has come in to know, and it is ' +
        'never late.'
  }),
  rhythm_set: Type.Boolean({ description: 'Whether somebody set it; else it is learnt.', examples: [false] }),
  allowed_days: Nullable(AllowedDays('How old the newest day may be.'), {
    description: 'How old, in days, the newest day may be before the feed is late; null: any age.'
  }),
  days_late: Nullable(Type.Integer({ minimum: 0, examples: [0] }), {
    description: 'Days by which the newest day is older than that; 0: in time; null: nobody can say.'
  }),
  rows: Type.Object({
    day: Counts('Since this hour of yesterday.'),
    week: Counts('Since this hour a week ago.')
  }, {
    description:
      'Rows of the source by what became of them, of all that it sends, since receipts are by batch and a refused ' +
        'row may be of no service; null where the source is not known, or sends what is not published yet.'
  })
}, { $id: 'Feed', description: 'An authority’s service as a source sends it.' })
