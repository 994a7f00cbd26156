import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Directory } from '../../../catalogue/directory.ts'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { formatDay, localDay } from '../../../domain/calendar.ts'
import { meets } from '../../../domain/kpi/evaluate.ts'
import { TargetSchema } from '../../../domain/kpi/definition.ts'
import { PERIODS, toWireRange } from '../../../domain/period.ts'
import { Type, type Static } from 'typebox'
import { compareAuthorities, type Comparison, type GroupRate } from '../../../kpi/comparison.ts'
import type { AnswerCache } from '../../../cache/answer-cache.ts'
import { formatOf } from '../../formats/choose.ts'
import { columnsOf } from '../../formats/columns.ts'
import { tableToCsv } from '../../formats/csv.ts'
import { jsonStatOf } from '../../formats/json-stat.ts'
import { tableOf } from '../../formats/table.ts'
import { linkTo, selfOf } from '../../plugins/base-address.ts'
import { sendAnswer } from '../../plugins/answer.ts'
import { directoryFor } from '../../plugins/sandbox.ts'
import { sessionOf, type Reading } from '../../plugins/session.ts'
import { ATTRIBUTION, Day, LICENCE, Nullable, problems } from '../../schemas/common.ts'
import { NullableNumber, VALUE_FIELDS } from '../../schemas/kpis.ts'
import { figureToWire } from '../../wire/kpis.ts'
import { KpiParams } from './kpis.ts'

export const Query = Type.Object({
  service: Type.String({ maxLength: 120, examples: ['report-missed-bin'] }),
  period: Type.Enum([...PERIODS], { default: 'month' }),
  start_on: Type.Optional(Day('A day of the period; the last complete period if left out.', '2025-05-26')),
  group: Type.String({
    default: 'all',
    maxLength: 140,
    description:
      'all, type:county, region:West Midlands, nation:Wales, population-band:200000 (or an authority), ' +
        'nearest:solihull (its 15 nearest by the loaded model, else by population: see group_basis), or a named ' +
        'group.',
    examples: ['type:metropolitan-district']
  })
}, { additionalProperties: false })

const Brief = Type.Object({
  slug: Type.String({ examples: ['solihull'] }),
  name: Type.String({ examples: ['Solihull Metropolitan Borough Council'] }),
  gss: Nullable(Type.String({ examples: ['E08000029'] }))
})
const AreaFigure = Type.Object({
  name: Type.String({ examples: ['England'] }),
  authorities: Type.Integer({ description: 'Rows it is made of.', examples: [309] }),
  reporting: Type.Integer({ description: 'Those of them with a value.', examples: [4] }),
  value: VALUE_FIELDS.value,
  numerator: VALUE_FIELDS.numerator,
  denominator: VALUE_FIELDS.denominator
}, { description: 'The sum of numerators over the sum of denominators of those with a value; never a mean of rates.' })

export const ComparisonSchema = Type.Object({
  kpi: Type.String({ examples: ['digital-take-up'] }),
  title: Nullable(Type.String({ examples: ['Digital take-up'] })),
  unit: Nullable(Type.String({ examples: ['percent'] })),
  polarity: Nullable(Type.String({ examples: ['higher'] })),
  target: Nullable(TargetSchema, { description: 'What is set for all; each row has its authority’s own.' }),
  definition_version: Nullable(Type.Integer({ examples: [1] })),
  service: Type.String({ examples: ['report-missed-bin'] }),
  start_on: Day('First local day.', '2025-05-26'),
  end_on: Day('Last local day, inclusive.', '2025-06-01'),
  data: Type.Array(
    Type.Object({
      authority: Brief,
      provider:
        Nullable(Type.String({
          description: 'The body that delivers the service here and reports for this authority.',
          examples: ['transport-for-west-midlands']
        })),
      ...VALUE_FIELDS,
      target: Nullable(TargetSchema),
      met: Nullable(Type.Boolean({ examples: [true] })),
      rank:
        Nullable(Type.Integer({
          description: 'Within the group, the best first; equals share a rank. Without polarity the largest is first.',
          examples: [1]
        })),
      quartile:
        Nullable(Type.Integer({
          description: '1 is the best quarter of the group; null without polarity.', examples: [1]
        }))
    }),
    { description: 'By rank; silent authorities last.' }
  ),
  median: NullableNumber('Of the group’s values.', 41.5),
  lower_quartile: NullableNumber('Of the group’s values: Hyndman and Fan type 7 (Excel QUARTILE.INC).', 33.1),
  upper_quartile: NullableNumber('Of the group’s values.', 52),
  group: AreaFigure,
  group_basis: Nullable(
    Type.Object({
      model: Type.String({
        description: 'Title of the model; `population` where none says.', examples: ['population']
      }),
      source: Nullable(Type.String(), { examples: ['CIPFA Nearest Neighbours'] }),
      date: Nullable(Type.String({ format: 'date' }), { examples: ['2024-03-01'] })
    }),
    { description: 'By what the group is nearest; null for other groups.' }
  ),
  nations: Type.Array(AreaFigure, {
    description: 'England and each other nation, over all authorities whatever the group.'
  }),
  licence: Type.String(),
  attribution: Type.String(),
  links: Type.Record(Type.String(), Type.String(), {
    examples: [{ self: '/v1/kpis/digital-take-up/comparison?service=report-missed-bin' }]
  })
}, { $id: 'Comparison', description: 'Authorities side by side.' })

const { kpi, unit, service, start_on, end_on, data } = ComparisonSchema.properties
const COLUMNS = columnsOf(Type.Object({ kpi, unit, service, start_on, end_on, ...data.items.properties }))

interface Options extends Reading { answers: AnswerCache, catalogue: Catalogue, clock: () => number }

/** KPIs of authorities compared, for everybody to read. */
export const kpiComparisonRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app, { answers, catalogue, clock, ...reading }
) => {
  app.get('/kpis/:kpi/comparison', {
    config: {
      permission: 'public',
      onReplica: true,
      jsonStat: true,
      table: (request) => {
        const { kpi } = request.params as Static<typeof KpiParams>
        const { service: name } = request.query as Static<typeof Query>
        const directory = directoryFor(catalogue, request)
        const { title } = known(directory.service(name), 'unknown-service', 'service')
        const versions = known(directory.kpis.kpi(kpi), 'unknown-kpi', 'KPI')
        return {
          title: `${versions.at(-1)?.title ?? kpi}: ${title}, authorities side by side`,
          columns: COLUMNS
        }
      }
    },
    schema: {
      operationId: 'compareAuthorities',
      tags: ['kpis'],
      summary: 'Every authority that delivers a service, side by side',
      params: KpiParams,
      querystring: Query,
      response: {
        200: Type.Ref('Comparison'),
        ...problems('unknown-kpi', 'unknown-service', 'unknown-authority', 'unknown-group', 'invalid-period-range')
      }
    }
  }, async (request, reply) => {
    const { params: { kpi }, query } = request
    const self = selfOf(request)
    const directory = directoryFor(catalogue, request)
    const session = sessionOf(reading, request)
    const now = clock()
    return await sendAnswer(answers, request, reply, {
      viewer: session.viewer.name,
      time: localDay(now),
      catalogue: directory,
      compute: async () => {
        const answer = toWire(directory, kpi, await compareAuthorities(session, directory, kpi, query, now), {
          self, definition: linkTo(request)(`/v1/kpis/${kpi}`)
        })
        const format = formatOf(request)
        if (format === 'json') return JSON.stringify(answer)
        const { kpi: slug, unit, service, start_on, end_on } = answer
        const about = { kpi: slug, unit, service, start_on, end_on }
        const [table, rows] = [tableOf(request), answer.data.map((row) => ({ ...about, ...row }))]
        return format === 'csv'
          ? await tableToCsv(table.columns, rows)
          : await jsonStatOf({
            table,
            rows,
            dimensions: ['authority.slug'],
            labels: { 'authority.slug': 'authority.name' },
            href: self,
            unit
          })
      }
    })
  })
}

function toWire (
  { kpis }: Directory,
  kpi: string,
  { service, range, version, rows, quartiles: { quartiles }, group, basis, nations }: Comparison,
  links: Record<string, string>
) {
  const targetOf = (authorityId: number) =>
    kpis.targets.inForce(version, authorityId, service.id, formatDay(range.start))
  return {
    kpi,
    title: version?.title ?? null,
    unit: version?.unit ?? null,
    polarity: version?.polarity ?? null,
    target: targetOf(0),
    definition_version: version?.version ?? null,
    service: service.slug,
    ...toWireRange(range),
    data: rows.map(({ authority: { id, slug, name, gss }, provider, figure, ranking }) => {
      const target = targetOf(id)
      return {
        authority: { slug, name, gss },
        provider: provider?.slug ?? null,
        ...figureToWire(figure),
        target,
        met: meets(target, figure.value),
        rank: ranking.rank,
        quartile: ranking.quartile
      }
    }),
    median: quartiles?.median ?? null,
    lower_quartile: quartiles?.lower ?? null,
    upper_quartile: quartiles?.upper ?? null,
    group: rateToWire(group),
    group_basis: basis,
    nations: nations.map(rateToWire),
    licence: LICENCE,
    attribution: ATTRIBUTION,
    links
  }
}

function rateToWire ({ name, authorities, reporting, rate: { value, numerator, denominator } }: GroupRate) {
  return { name, authorities, reporting, value, numerator, denominator }
}
