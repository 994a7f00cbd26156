import { Type } from 'typebox'
import { PERIODS } from '../../domain/period.ts'
import { PeriodParameters } from './series.ts'

const { period: _withDefault, ...days } = PeriodParameters
/** What a definition is tried on. */
export const PreviewQuery = Type.Object({
  dry_run: Type.Optional(Type.Boolean({
    description: 'Check the definition and answer with its values; store nothing. The parameters below go with it.'
  })),
  authority: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    maxItems: 20,
    description: 'Whose values; left out: those that reported lately and have most values, at most 5.',
    examples: [['solihull']]
  })),
  service: Type.Optional(Type.String({
    maxLength: 120,
    description: 'Of which service; left out: as with authority.',
    examples: ['street-lighting-reporting']
  })),
  period: Type.Optional(Type.Enum([...PERIODS], { description: 'month if left out.' })),
  ...days
}, { additionalProperties: false })

export const KpiPreviewSchema = Type.Object({
  dry_run: Type.Literal(true, { description: 'Nothing was stored.' }),
  kpi: Type.String({ examples: ['mended-within-5-days'] }),
  version: Type.Integer({ description: 'The number that it would have.', examples: [1] }),
  title: Type.String({ examples: ['Mended within 5 days'] }),
  unit: Type.String({ examples: ['percent'] }),
  data: Type.Array(
    Type.Object({
      group: Type.Object({
        authority: Type.String({ examples: ['solihull'] }),
        service: Type.String({ examples: ['street-lighting-reporting'] })
      }),
      values: Type.Array(Type.Ref('KpiValue'), { description: 'One for each period.' })
    }),
    { description: 'Of each authority and service that was named, or those that have most values.' }
  ),
  time_zone: Type.String({ examples: ['Europe/London'] }),
  licence: Type.String(),
  attribution: Type.String()
}, { $id: 'KpiPreview', description: 'What a definition would give, as if it had always been in force.' })
