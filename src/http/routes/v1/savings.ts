import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { mayReport } from '../../../catalogue/merging.ts'
import { known } from '../../../catalogue/explain.ts'
import type { Authority, Service } from '../../../catalogue/directory.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { localDay, parseDay } from '../../../domain/calendar.ts'
import { addPeriods, PERIODS, periodStart, toWireRange, type Period, type DateRange } from '../../../domain/period.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { AnswerCache } from '../../../cache/answer-cache.ts'
import { exact } from '../../../domain/exact.ts'
import { ProblemError } from '../../../errors.ts'
import { isNotPublished } from '../../../kpi/combine.ts'
import {
  formulaOf, readSavings, type AuthoritySavings, type SavingKind, type SavingLine
} from '../../../kpi/savings.ts'
import { formatOf } from '../../formats/choose.ts'
import { columnsOf } from '../../formats/columns.ts'
import { tableToCsv } from '../../formats/csv.ts'
import { tableOf } from '../../formats/table.ts'
import { selfOf, withLinks } from '../../plugins/base-address.ts'
import { scopeOf, sendAnswer } from '../../plugins/answer.ts'
import { directoryFor } from '../../plugins/sandbox.ts'
import { sessionOf, type Reading } from '../../plugins/session.ts'
import { ATTRIBUTION, Day, LICENCE, Nullable, problems } from '../../schemas/common.ts'
import { NullableNumber } from '../../schemas/kpis.ts'

const ShareSchema = Type.Object({
  part: NullableNumber('Digital transactions, or failures.', 250),
  volume: NullableNumber('Of this volume.', 1000),
  reason: Nullable(Type.String({ description: 'Why they are missing.', examples: ['no-denominator'] }))
})
const Line = Type.Object({
  kind: Type.Enum(['channel-shift', 'failure-demand'], { examples: ['channel-shift'] }),
  baseline: ShareSchema,
  now: ShareSchema,
  expected: NullableNumber('What the baseline’s share gives on the volume of now.', 500),
  moved: NullableNumber(
    'Transactions moved to digital, or failures avoided: whole ones, negative where things got worse.', 400
  ),
  unit_pence: Type.Integer({ description: 'Saved by one.', examples: [500] }),
  unit_source: Type.String({ examples: ['Default of the platform: 5 pounds for each transaction moved to digital'] }),
  saved_pence:
    Nullable(Type.Integer({
      description: 'moved times unit_pence; null where a side is missing.', examples: [200000]
    })),
  formula: Type.String({
    examples: ['moved = digital now - digital in the baseline x volume now / volume in the baseline.']
  })
}, { $id: 'SavingLine', description: 'A saving with its arithmetic.' })
const Total = Type.Object({
  channel_shift_pence: Nullable(Type.Integer({
    description: 'Null where it is not known of any authority, or not published yet of one.', examples: [200000]
  })),
  failure_demand_pence: Nullable(Type.Integer({
    description: 'Null where it is not known of any authority, or not published yet of one.', examples: [0]
  })),
  channel_shift_authorities: Type.Integer({ description: 'Authorities in channel_shift_pence.', examples: [1] }),
  failure_demand_authorities: Type.Integer({ description: 'Authorities in failure_demand_pence.', examples: [1] }),
  authorities: Type.Integer({ description: 'With at least one saving worked out.', examples: [1] })
})
const Dates = Type.Object({
  start_on: Day('First local day.', '2025-04-01'), end_on: Day('Last local day, inclusive.', '2015-03-31')
})

export const SavingsSchema = Type.Object({
  service: Type.String({ examples: ['pay-council-tax'] }),
  now: Dates,
  baseline: Dates,
  data: Type.Array(
    Type.Object({ authority: Type.String({ examples: ['solihull'] }), savings: Type.Array(Type.Ref('SavingLine')) }),
    { description: 'Every authority with something reported in either period.' }
  ),
  total: Total,
  licence: Type.String(),
  attribution: Type.String(),
  links: Type.Record(Type.String(), Type.String())
}, {
  $id: 'Savings',
  description:
    'What a service saved against a baseline. The two kinds are apart: a failure is never also a transaction that ' +
      'moved.'
})
export const SavingLineSchema = Line

/** A row for each authority and kind of saving; the days of both periods stand with what they are the days of. */
const COLUMNS = columnsOf(Type.Object({
  service: SavingsSchema.properties.service,
  authority: Type.String({ description: 'Slug.' }),
  ...Line.properties,
  baseline: Type.Object({ ...Dates.properties, ...ShareSchema.properties }),
  now: Type.Object({ ...Dates.properties, ...ShareSchema.properties })
}))

const Periods = {
  period: Type.Enum([...PERIODS], { default: 'financial_year' }),
  start_on: Type.Optional(Day('A day of the period asked about; the last complete period if left out.', '2025-04-01')),
  baseline_start_on: Type.Optional(Day('A day of the baseline period; the period before if left out.', '2024-04-01'))
}
interface Asked { period: Period, start_on?: string, baseline_start_on?: string }
const responses = (...codes: Parameters<typeof problems>) => ({
  200: Type.Ref('Savings'),
  ...problems(...codes, 'invalid-period-range')
})

interface Options extends Reading { answers: AnswerCache, catalogue: Catalogue, clock: () => number }

/** What services save, for everybody to read. */
export const savingRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app, { answers, catalogue, clock, ...reading }
) => {
  const serviceAsked = (request: FastifyRequest): Service => known(
    directoryFor(catalogue, request).service((request.params as { service: string }).service),
    'unknown-service', 'service'
  )
  const authorityAsked = (request: FastifyRequest): Authority => known(
    directoryFor(catalogue, request).authority((request.params as { authority: string }).authority),
    'unknown-authority', 'authority'
  )

  app.get('/services/:service/savings', {
    config: {
      permission: 'public',
      onReplica: true,
      table: (request) => {
        const { title } = serviceAsked(request)
        return { title: `${title}: savings`, columns: COLUMNS }
      }
    },
    schema: {
      operationId: 'readSavings',
      tags: ['kpis'],
      summary: 'Channel shift and avoided failure demand, with the arithmetic',
      params: Type.Object({ service: Type.String({ examples: ['pay-council-tax'] }) }),
      querystring: Type.Object({
        authority: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), {
          maxItems: 500, description: 'Only these.', examples: [['solihull']]
        })),
        ...Periods
      }, { additionalProperties: false }),
      response: responses('unknown-service', 'unknown-authority')
    }
  }, async (request, reply) => {
    const { query } = request
    const directory = directoryFor(catalogue, request)
    const service = serviceAsked(request)
    const named = query.authority &&
      [...new Set(query.authority.map((name) => known(directory.authority(name), 'unknown-authority', 'authority')))]
    return await send(request, reply, service, named, query, {
      everyone: named !== undefined, links: {}
    })
  })

  app.get('/authorities/:authority/services/:service/savings', {
    config: {
      permission: 'public',
      onReplica: true,
      table: (request) => {
        const { title } = serviceAsked(request)
        const authority = authorityAsked(request)
        return {
          title: `${title}: savings of ${authority.name}`,
          columns: COLUMNS
        }
      }
    },
    schema: {
      operationId: 'readAuthoritySavings',
      tags: ['kpis'],
      summary: 'What a service of an authority saved, with the arithmetic',
      params: Type.Object({
        authority: Type.String({ description: 'Slug or GSS code.', examples: ['solihull'] }),
        service: Type.String({ examples: ['pay-council-tax'] })
      }),
      querystring: Type.Object(Periods, { additionalProperties: false }),
      response: responses('unknown-service', 'unknown-authority')
    }
  }, async (request, reply) => {
    const { query } = request
    const [authority, service] = [authorityAsked(request), serviceAsked(request)]
    const links = {
      scorecard: `/v1/authorities/${authority.slug}/services/${service.slug}`,
      all_authorities: `/v1/services/${service.slug}/savings`
    }
    return await send(request, reply, service, [authority], query, { everyone: true, links })
  })

  async function send (
    request: FastifyRequest,
    reply: FastifyReply,
    service: Service,
    named: readonly Authority[] | undefined,
    { period, start_on, baseline_start_on }: Asked,
    { everyone, links }: { everyone: boolean, links: Record<string, string> }
  ): Promise<FastifyReply> {
    const directory = directoryFor(catalogue, request)
    const today = localDay(clock())
    const range = periodAt(period, start_on, addPeriods(period, periodStart(period, today), -1))
    const baseline = periodAt(period, baseline_start_on, addPeriods(period, range.start, -1))
    if (baseline.end > range.start) {
      throw new ProblemError('invalid-period-range', 'The baseline must lie before the period asked about.')
    }
    const authorities = named ?? mayReport(directory, service, { start: baseline.start, end: range.end })
    const session = sessionOf(reading, request)
    return await sendAnswer(answers, request, reply, {
      viewer: session.viewer.name,
      time: today,
      catalogue: directory,
      scope: () => scopeOf({ authorities, service }),
      compute: async () => {
        const savings = await readSavings(session, directory, { service, authorities, range, baseline, today })
        const { links: further } = withLinks(request, { links: { ...links, unit_savings: '/v1/unit-savings' } })
        const answer = toWire(savings, {
          service, range, baseline, everyone, links: { self: selfOf(request), ...further }
        })
        return formatOf(request) === 'csv'
          ? await tableToCsv(tableOf(request).columns, rowsOf(answer))
          : JSON.stringify(answer)
      }
    })
  }
}

interface Shown {
  service: Service
  range: DateRange
  baseline: DateRange
  /** Whether those with nothing are listed too. */
  everyone: boolean
  links: Record<string, string>
}

function toWire (savings: readonly AuthoritySavings[], { service, range, baseline, everyone, links }: Shown) {
  const shown = savings.filter(({ lines }) =>
    everyone ||
      lines.some(({ baseline, now }) =>
        [baseline, now].some((one) => one.numerator !== null || one.status === 'suppressed' || isNotPublished(one))
      )
  )
  // Of a part that is not published yet the sum would tell later.
  const isWithheld = (kind: SavingKind): boolean =>
    savings.flatMap(({ lines }) => lines).some((line) =>
      line.kind === kind && [line.baseline, line.now].some(isNotPublished)
    )
  const known = (kind: SavingKind): number[] =>
    shown.flatMap(({ lines }) => lines).flatMap((line) => line.kind === kind ? line.saving?.pence ?? [] : [])
  const sum = (parts: readonly number[]): number | null =>
    parts.length === 0 ? null : exact(parts.reduce((total, pence) => total + pence, 0))
  const total = (kind: SavingKind): number | null => isWithheld(kind) ? null : sum(known(kind))
  const [shift, failures] = [known('channel-shift'), known('failure-demand')]
  return {
    service: service.slug,
    now: toWireRange(range),
    baseline: toWireRange(baseline),
    data: shown.map(({ authority, lines }) => ({
      authority: authority.slug, savings: lines.map((line) => lineToWire(line, formulaOf(line.kind, service)))
    })),
    total: {
      channel_shift_pence: total('channel-shift'),
      failure_demand_pence: total('failure-demand'),
      channel_shift_authorities: shift.length,
      failure_demand_authorities: failures.length,
      authorities: shown.filter(({ lines }) => lines.some(({ saving }) => saving !== undefined)).length
    },
    licence: LICENCE,
    attribution: ATTRIBUTION,
    links
  }
}

function rowsOf ({ service, now, baseline, data }: ReturnType<typeof toWire>): object[] {
  return data.flatMap(({ authority, savings }) => savings.map((line) => ({
    service, authority, ...line, baseline: { ...baseline, ...line.baseline }, now: { ...now, ...line.now }
  })))
}

function periodAt (period: Period, text: string | undefined, fallback: number): DateRange {
  const day = text === undefined ? fallback : parseDay(text)
  if (day === undefined) {
    throw new ProblemError('invalid-period-range', `${text ?? ''} is not a day of the calendar; send YYYY-MM-DD.`)
  }
  const start = periodStart(period, day)
  return { start, end: addPeriods(period, start, 1) }
}

function lineToWire ({ kind, baseline, now, unit, saving }: SavingLine, formula: string) {
  const part = ({ numerator, denominator, reason }: SavingLine['now']) => ({
    part: numerator, volume: denominator, reason
  })
  return {
    kind,
    baseline: part(baseline),
    now: part(now),
    expected: saving?.expected ?? null,
    moved: saving?.moved ?? null,
    unit_pence: unit.pence,
    unit_source: unit.source,
    saved_pence: saving?.pence ?? null,
    formula
  }
}
