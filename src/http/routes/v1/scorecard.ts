import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Authority, Service } from '../../../catalogue/directory.ts'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { formatDay, localDay } from '../../../domain/calendar.ts'
import { TargetSchema } from '../../../domain/kpi/definition.ts'
import { meets } from '../../../domain/kpi/evaluate.ts'
import { PERIODS, toWireRange } from '../../../domain/period.ts'
import { Type } from 'typebox'
import { COMPLETENESS_DAYS, readFreshness, readServicesOf, type Freshness } from '../../../kpi/freshness.ts'
import { readScores } from '../../../kpi/scorecard.ts'
import type { AnswerCache } from '../../../cache/answer-cache.ts'
import { formatOf } from '../../formats/choose.ts'
import { columnsOf } from '../../formats/columns.ts'
import { tableToCsv } from '../../formats/csv.ts'
import { tableOf } from '../../formats/table.ts'
import { linkTo } from '../../plugins/base-address.ts'
import { scopeOf, sendAnswer } from '../../plugins/answer.ts'
import { directoryFor } from '../../plugins/sandbox.ts'
import { sessionOf, type Reading } from '../../plugins/session.ts'
import { AuthoritySchema } from '../../schemas/catalogue.ts'
import { ATTRIBUTION, Day, LICENCE, licensed, Nullable, problems } from '../../schemas/common.ts'
import { VALUE_FIELDS } from '../../schemas/kpis.ts'
import { authorityToWire } from '../../wire/catalogue.ts'
import { figureToWire } from '../../wire/kpis.ts'

const FreshnessFields = {
  newest_day:
    Nullable(Type.String({
      format: 'date',
      description: 'Newest local day covered; null: nothing was ever reported.',
      examples: ['2025-06-09']
    })),
  rhythm:
    Nullable(Type.String({
      description:
        'How often reports are expected: day, weekday, week, month, quarter, year or irregular, as in /v1/feeds; ' +
          'null: not known yet.',
      examples: ['day']
    })),
  days_late:
    Nullable(Type.Integer({
      description: 'Days past the age that the newest day may reach, as in /v1/feeds; null: nobody can say yet.',
      examples: [0]
    })),
  completeness: Type.Number({
    description: `Share of the last ${COMPLETENESS_DAYS} days, up to yesterday, with a report.`,
    examples: [0.97]
  })
}
const Links = Type.Record(Type.String(), Type.String(), {
  examples: [{ scorecard: '/v1/authorities/solihull/services/report-missed-bin' }]
})
const Provision = Type.Object({
  delivers: Type.String({
    description: 'yes, no, via-other-body, or unknown: nobody has said; nothing is expected of it.', examples: ['yes']
  }),
  provider:
    Nullable(Type.String({
      description: 'With via-other-body: the body that delivers it; its scorecard is in links.',
      examples: ['transport-for-west-midlands']
    })),
  basis: Type.String({ examples: ['providing tier of the service'] })
})

export const AuthorityDetailSchema = Type.Object({
  ...AuthoritySchema.properties,
  services: Type.Array(
    Type.Object({
      service: Type.String({ examples: ['report-missed-bin'] }),
      delivers: Type.String({ examples: ['yes'] }),
      ...FreshnessFields,
      links: Links
    }),
    {
      description:
        'The services it delivers, or another body delivers there, and others that it reported, each with how much ' +
          'of it was reported.'
    }
  )
}, { $id: 'AuthorityDetail', description: 'An authority with its services.' })

export const ScorecardSchema = Type.Object({
  authority: Type.Object({
    slug: Type.String({ examples: ['solihull'] }),
    name: Type.String({ examples: ['Solihull Metropolitan Borough Council'] }),
    gss: Nullable(Type.String({ examples: ['E08000029'] }))
  }),
  service: Type.Object({
    slug: Type.String({ examples: ['report-missed-bin'] }),
    title: Type.String({ examples: ['Report a missed bin'] }),
    lgsl: Type.Integer({ examples: [524] })
  }),
  provision: Provision,
  freshness: Type.Object(FreshnessFields),
  period: Type.String({ examples: ['month'] }),
  kpis: Type.Array(
    Type.Object({
      kpi: Type.String({ examples: ['digital-take-up'] }),
      title: Type.String({ examples: ['Digital take-up'] }),
      unit: Type.String({ examples: ['percent'] }),
      start_on: Day('First local day.', '2025-05-01'),
      end_on: Day('Last local day, inclusive.', '2025-05-31'),
      ...VALUE_FIELDS,
      target: Nullable(TargetSchema),
      met: Nullable(Type.Boolean({ examples: [true] })),
      definition_version: Nullable(Type.Integer({ examples: [1] })),
      links: Links
    }),
    {
      description:
        'The newest value of a complete period within 13, or of a newer whole week where the last period has none, ' +
          'or why there is none.'
    }
  ),
  licence: Type.String(),
  attribution: Type.String(),
  links: Links
}, { $id: 'Scorecard', description: 'How a service of an authority does.' })

const { authority, service, period, kpis } = ScorecardSchema.properties
const SCORES = columnsOf(Type.Object({ authority, service, period, ...kpis.items.properties }))
const SERVICES = columnsOf(Type.Object({
  authority: AuthoritySchema.properties.slug, ...AuthorityDetailSchema.properties.services.items.properties
}))

interface Options extends Reading { answers: AnswerCache, catalogue: Catalogue, clock: () => number }

/** Authorities and their services at a glance, for everybody to read. */
export const scorecardRoutes: FastifyPluginAsyncTypebox<Options> =
  async (app, { answers, catalogue, clock, ...reading }) => {
    const authorityAsked = (request: FastifyRequest): Authority => known(
      directoryFor(catalogue, request).authority((request.params as { authority: string }).authority),
      'unknown-authority', 'authority'
    )
    const serviceAsked = (request: FastifyRequest): Service => known(
      directoryFor(catalogue, request).service((request.params as { service: string }).service),
      'unknown-service', 'service'
    )
    app.get('/authorities/:authority', {
      config: {
        permission: 'public',
        onReplica: true,
        table: (request) => {
          const { name } = authorityAsked(request)
          return { title: `Services of ${name}`, columns: SERVICES }
        }
      },
      schema: {
        operationId: 'getAuthority',
        tags: ['catalogue'],
        summary: 'One authority, by slug, GSS code (old ones too) or name, with its services',
        params: Type.Object({ authority: Type.String({ description: 'Slug or GSS code.', examples: ['solihull'] }) }),
        response: {
          200: Type.Ref('AuthorityDetail'),
          ...problems('unknown-authority')
        }
      }
    }, async (request, reply) => {
      const directory = directoryFor(catalogue, request)
      const authority = authorityAsked(request)
      const link = linkTo(request)
      const today = localDay(clock())
      const { pool } = sessionOf(reading, request)
      return await sendAnswer(answers, request, reply, {
        about: `authority ${authority.id}`, // it has several names
        viewer: 'anybody', // what was reported of which days is public
        time: today,
        catalogue: directory,
        scope: () => ({ authorityIds: [authority.id], serviceId: 'every' }),
        compute: async () => {
          const services = await readServicesOf(pool, directory, authority)
          const freshness = await readFreshness(pool, directory, authority, services, today)
          const rows = services.map((service) => ({
            service: service.slug,
            delivers: directory.provision(authority, service).delivers,
            ...freshnessToWire(freshness.get(service)),
            links: { scorecard: link(scorecardOf(authority, service)) }
          }))
          return formatOf(request) === 'csv'
            ? await tableToCsv(
              tableOf(request).columns, rows.map((row) => ({ authority: authority.slug, ...row }))
            )
            : JSON.stringify(licensed({ ...authorityToWire(authority, directory), services: rows }))
        }
      })
    })

    app.get('/authorities/:authority/services/:service', {
      config: {
        permission: 'public',
        onReplica: true,
        table: (request) => {
          const [authority, service] = [authorityAsked(request), serviceAsked(request)]
          return {
            title: `${service.title}: scorecard of ${authority.name}`,
            columns: SCORES
          }
        }
      },
      schema: {
        operationId: 'getScorecard',
        tags: ['kpis'],
        summary: 'Scorecard of a service of an authority',
        params: Type.Object({
          authority: Type.String({ examples: ['solihull'] }), service: Type.String({ examples: ['report-missed-bin'] })
        }),
        querystring: Type.Object({
          period: Type.Enum([...PERIODS], { default: 'month', description: 'Periods of the values.' })
        }, { additionalProperties: false }),
        response: {
          200: Type.Ref('Scorecard'),
          ...problems('unknown-authority', 'unknown-service')
        }
      }
    }, async (request, reply) => {
      const { period } = request.query
      const link = linkTo(request)
      const directory = directoryFor(catalogue, request)
      const [authority, service] = [authorityAsked(request), serviceAsked(request)]
      const today = localDay(clock())
      const session = sessionOf(reading, request)
      return await sendAnswer(answers, request, reply, {
        about: `scorecard ${authority.id} ${service.id} ${period}`,
        viewer: session.viewer.name,
        time: today,
        catalogue: directory,
        scope: () => scopeOf({ authorities: [authority], service }),
        compute: async () => {
          const [scores, freshness] = await Promise.all([
            readScores(session, directory, { authority, service, period, today }),
            readFreshness(session.pool, directory, authority, [service], today)
          ])
          const { delivers, provider, basis } = directory.provision(authority, service)
          const seriesOf = (kpi: string): string =>
            link(`/v1/kpis/${kpi}/series?authority=${authority.slug}&service=${service.slug}&period=${period}`)
          const about = {
            authority: { slug: authority.slug, name: authority.name, gss: authority.gss },
            service: { slug: service.slug, title: service.title, lgsl: service.lgsl }
          }
          const rows = scores.map(({ kpi, range, figure, definition }) => {
            const target =
              directory.kpis.targets.inForce(figure.version, authority.id, service.id, formatDay(range.start))
            return {
              kpi,
              title: definition?.title ?? '',
              unit: definition?.unit ?? '',
              ...toWireRange(range),
              ...figureToWire(figure),
              target,
              met: meets(target, figure.value),
              definition_version: figure.version?.version ?? null,
              links: {
                series: seriesOf(kpi),
                definition: link(`/v1/kpis/${kpi}`),
                comparison: link(`/v1/kpis/${kpi}/comparison?service=${service.slug}&period=${period}`)
              }
            }
          })
          if (formatOf(request) === 'csv') {
            return await tableToCsv(tableOf(request).columns, rows.map((row) => ({ ...about, period, ...row })))
          }
          const self = link(scorecardOf(authority, service))
          return JSON.stringify({
            ...about,
            provision: { delivers, provider: provider?.slug ?? null, basis },
            freshness: freshnessToWire(freshness.get(service)),
            period,
            kpis: rows,
            licence: LICENCE,
            attribution: ATTRIBUTION,
            links: {
              self,
              authority: link(`/v1/authorities/${authority.slug}`),
              savings: `${self}/savings`,
              authoritative: `${self}/authoritative`,
              ...(provider !== undefined && provider !== authority && {
                provider: link(scorecardOf(provider, service))
              })
            }
          })
        }
      })
    })
  }

const scorecardOf = (authority: Authority, service: Service): string =>
  `/v1/authorities/${authority.slug}/services/${service.slug}`

function freshnessToWire (freshness: Freshness | undefined) {
  if (freshness === undefined) return { newest_day: null, rhythm: null, days_late: null, completeness: 0 }
  const { newest, rhythm, daysLate, completeness } = freshness
  return { newest_day: formatDay(newest), rhythm, days_late: daysLate, completeness }
}
