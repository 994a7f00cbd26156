import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { known } from '../../../catalogue/explain.ts'
import type { Directory } from '../../../catalogue/directory.ts'
import { SERIES_EXPORT } from '../../../export/columns.ts'
import { KPI } from '../../../export/ask.ts'
import { seriesRows } from '../../../export/series-rows.ts'
import { catalogueChanged } from '../../../export/store/state.ts'
import { readWatermark, takeWatermark, unknownWatermark, type Watermark } from '../../../export/watermark.ts'
import { exportedAs, exportProblems } from '../../export/contract.ts'
import { FormatParameter, formatOf } from '../../export/formats.ts'
import { givingWay } from '../../export/give-way.ts'
import { sendExport } from '../../export/send.ts'
import type { Exporting } from '../../export/services.ts'
import { linkTo } from '../../plugins/base-address.ts'
import { LICENCE_LINK } from '../../plugins/licence.ts'
import { directoryFor } from '../../plugins/sandbox.ts'
import { sessionOf } from '../../plugins/session.ts'
import { columnsOf } from '../../formats/columns.ts'
import { csvwOf } from '../../formats/csvw.ts'
import { problems } from '../../schemas/common.ts'
import { ExportedFigureSchema, SinceParameter } from '../../schemas/export.ts'
import { PeriodParameters } from '../../schemas/series.ts'

const Names = (description: string, examples: string[]) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 120 }), {
    maxItems: 500, description, examples: [examples]
  }))
const Query = Type.Object({
  format: FormatParameter,
  period: PeriodParameters.period,
  authority: Names('Only these: slugs or GSS codes.', ['solihull']),
  service: Names('Only these: slugs.', ['report-missed-bin']),
  measure: Names(
    'Only these: count, amount, duration, words of /v1/measures, or kpi: and a KPI.', ['count', 'kpi:digital-take-up']
  ),
  from: Type.Optional(Type.String({
    pattern: '^[^/]{1,120}/[^/]{1,120}$',
    description: 'Where to begin, as authority/service: those of the last row of an export that broke off.',
    examples: ['solihull/report-missed-bin']
  })),
  since: SinceParameter
}, { additionalProperties: false })
const CSV = 'authority,authority_gss,service,type,measure,statistic,unit,period,start_on,end_on,dimension,member,' +
  'value,status,status_symbol\nsolihull,E08000029,report-missed-bin,transaction,count,sum,count,month,2025-05-01,' +
  '2025-05-31,channel,web,57,ok,\n'

const METADATA = '/v1/export/series-metadata.json'

/** All figures that somebody may see, as a stream. */
export const exportSeriesRoutes: FastifyPluginAsyncTypebox<Exporting> = async (app, exporting) => {
  const { catalogue, clock, connections, gate, isBusy } = exporting
  app.get('/export/series', {
    config: { permission: 'public' },
    schema: {
      operationId: 'exportSeries',
      tags: ['series'],
      summary: 'Every figure, one a row',
      description:
        'What /v1/series answers of each authority and service that has any, of every measure: whole, by channel, ' +
          'outcome, ward and attribute; and what KPIs answer, whole. From the first period with a figure to the ' +
          'last, in the order of the slugs of authorities and services. An answer that ends before its time is cut ' +
          'off, never ended.',
      querystring: Query,
      response: {
        200: exportedAs('ExportedFigure', CSV),
        ...exportProblems('unknown-authority', 'unknown-service', 'unknown-measure', 'unknown-kpi')
      }
    }
  }, async (request, reply) => {
    const { period, authority, service, measure, from, since, ...query } = request.query
    const format = formatOf(request, query.format)
    const session = sessionOf(exporting, request)
    const now = clock()
    const of = `series ${period} ${session.viewer.name}`
    const before = since === undefined ? undefined : await readWatermark(connections, since, of)
    // Before the catalogue: what changes it later is found by whoever goes on from here.
    const watermark = await takeWatermark(connections, of, now)
    await catalogue.confirm()
    if (before !== undefined) await refuseOtherCatalogue(before)
    const directory = directoryFor(catalogue, request)
    const [place, slug] = from?.split('/') ?? []
    const asked = {
      authorities: idsOf(authority, (name) => authorityOf(directory, name).id),
      services: idsOf(service, (name) => known(directory.service(name), 'unknown-service', 'service').id),
      measures: measure && new Set(measure.map((name) => measureOf(directory, name))),
      from: place === undefined || slug === undefined
        ? undefined
        : { authority: authorityOf(directory, place).slug, service: slug }
    }
    return await sendExport(gate, request, reply, {
      name: `series-${period}`,
      columns: SERIES_EXPORT,
      format,
      watermark,
      // CSV has the licence already, as every CSV.
      links: format === 'csv'
        ? [`<${linkTo(request)(METADATA)}>; rel="describedby"; type="application/csvm+json"`]
        : [LICENCE_LINK],
      now,
      rows: () => seriesRows({
        ...asked,
        session,
        directory: () => directoryFor(catalogue, request),
        clock,
        period,
        since: before,
        rest: givingWay(isBusy)
      })
    })
  })

  app.get('/export/series-metadata.json', {
    config: { permission: 'public' },
    schema: {
      operationId: 'describeExportSeries',
      tags: ['series'],
      summary: 'Every figure, one a row: what the columns of its CSV are',
      response: {
        200: {
          description: 'CSVW.',
          content: {
            'application/csvm+json': { schema: Type.Ref('Csvw') }, 'application/json': { schema: Type.Ref('Csvw') }
          }
        },
        ...problems()
      }
    }
  }, async (request, reply) => await reply.type(request.answerType).send(JSON.stringify(csvwOf({
    title: 'Every figure, one a row', columns: columnsOf(ExportedFigureSchema)
  }, linkTo(request)('/v1/export/series?format=csv')))))

  const refuseOtherCatalogue = async (before: Watermark): Promise<void> => {
    if (!await catalogueChanged(connections, before)) return
    throw unknownWatermark('The catalogue, or what may be published, was changed since, which may change every figure')
  }
}

const authorityOf = (directory: Directory, name: string) =>
  known(directory.authority(name), 'unknown-authority', 'authority')

const OF_EVENTS: readonly string[] = ['count', 'amount', 'duration']

/** The name itself. Throws `ProblemError` where there is no such measure or KPI. */
function measureOf (directory: Directory, name: string): string {
  if (name.startsWith(KPI)) known(directory.kpis.kpi(name.slice(KPI.length)), 'unknown-kpi', 'KPI')
  else if (!OF_EVENTS.includes(name)) known(directory.kpis.measure(name), 'unknown-measure', 'measure')
  return name
}

const idsOf = (names: string[] | undefined, find: (name: string) => number): Set<number> | undefined =>
  names === undefined ? undefined : new Set(names.map(find))
