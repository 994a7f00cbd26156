import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import type { BlockList } from 'node:net'
import type { Kysely } from 'kysely'
import type { AnswerCache } from '../cache/answer-cache.ts'
import type { Catalogue } from '../catalogue/live.ts'
import type { Refusals } from '../catalogue/refusals.ts'
import { EventSchema } from '../domain/event.ts'
import { PeriodObservationsSchema, ObservationSchema } from '../domain/observation.ts'
import { CommitQueue } from '../events/commit-queue.ts'
import type { Intake } from '../intake/intake.ts'
import type { Deliveries } from '../outbox/deliveries.ts'
import type { RequestPool } from '../postgres/scoped.ts'
import { Nodes } from '../postgres/cluster/nodes.ts'
import type { Tables } from '../postgres/tables.ts'
import type { Releasing } from '../releases/releasing.ts'
import type { Erasures } from '../retention/erasures.ts'
import type { Folding } from '../rollups/index.ts'
import { chooseFormats } from './formats/choose.ts'
import { describeTables } from './formats/described.ts'
import { declareFields, takeFields } from './formats/fields.ts'
import { declareFormats } from './formats/routes.ts'
import { kinds } from './kinds/index.ts'
import type { Exporting } from './export/services.ts'
import { nameLicence } from './plugins/licence.ts'
import { tellSandbox } from './plugins/sandbox.ts'
import type { Reading } from './plugins/session.ts'
import { annotationRoutes } from './routes/v1/annotations.ts'
import { auditRoutes } from './routes/v1/audit.ts'
import { chartRoutes } from './routes/v1/charts.ts'
import { disclosureRuleRoutes } from './routes/v1/disclosure-rules.ts'
import { erasureRoutes } from './routes/v1/erasures.ts'
import { errorRoutes } from './routes/v1/errors.ts'
import { eventRoutes } from './routes/v1/events.ts'
import { exportEventRoutes } from './routes/v1/export-events.ts'
import { exportSeriesRoutes } from './routes/v1/export-series.ts'
import { feedRoutes } from './routes/v1/feeds.ts'
import { kpiBasisRoutes } from './routes/v1/kpi-basis.ts'
import { ComparisonSchema, kpiComparisonRoutes } from './routes/v1/kpi-comparison.ts'
import { kpiSeriesRoutes } from './routes/v1/kpi-series.ts'
import { kpiSettingRoutes } from './routes/v1/kpi-settings.ts'
import { kpiRoutes } from './routes/v1/kpis.ts'
import { mappingRoutes } from './routes/v1/mappings.ts'
import { neighbourRoutes } from './routes/v1/neighbours.ts'
import { periodObservationRoutes, observationRoutes } from './routes/v1/observations.ts'
import { peopleRoutes } from './routes/v1/people.ts'
import { proposalRoutes } from './routes/v1/proposals.ts'
import { publicationRuleRoutes } from './routes/v1/publication-rules.ts'
import { receiptRoutes } from './routes/v1/receipts.ts'
import { rejectionRoutes } from './routes/v1/rejections.ts'
import { releaseRoutes } from './routes/v1/releases.ts'
import { replayRoutes } from './routes/v1/replays.ts'
import { reorganisationRoutes } from './routes/v1/reorganisations.ts'
import { retentionRuleRoutes } from './routes/v1/retention-rules.ts'
import { rhythmRoutes } from './routes/v1/rhythms.ts'
import { sandboxRoutes } from './routes/v1/sandbox.ts'
import { SavingLineSchema, savingRoutes, SavingsSchema } from './routes/v1/savings.ts'
import { AuthorityDetailSchema, ScorecardSchema, scorecardRoutes } from './routes/v1/scorecard.ts'
import { seriesRoutes } from './routes/v1/series.ts'
import { sourceRoutes } from './routes/v1/sources.ts'
import { storedEventRoutes } from './routes/v1/stored-events.ts'
import { webhookRoutes } from './routes/v1/webhooks.ts'
import { NewToken } from './routes/v1/tokens.ts'
import { unmappedRoutes } from './routes/v1/unmapped.ts'
import { ProblemSchema, RowErrorSchema } from './schemas/common.ts'
import {
  CloudEventSchema, ListedEventSchema, ListedReceiptSchema, ReceiptSchema, RowWarningSchema, StoredEventSchema
} from './schemas/events.ts'
import { EXPORT_SCHEMAS } from './schemas/export.ts'
import { KPI_SCHEMAS } from './schemas/kpis.ts'
import { MeasureSchema, StoredObservationsSchema } from './schemas/observations.ts'
import { OPEN_DATA_SCHEMAS } from './schemas/open-data.ts'
import { REJECTION_SCHEMAS } from './schemas/rejections.ts'
import { SeriesSchema, SeriesValueSchema } from './schemas/series.ts'

export interface V1Services {
  db: Kysely<Tables>
  /** For what costs little. */
  requests: RequestPool
  /** For figures, which may cost much. */
  reading: Reading
  /** For what streams everything there is. */
  exporting: Omit<Exporting, 'catalogue' | 'clock'>
  answers: AnswerCache
  intake: Intake
  folding: Folding
  releasing: Releasing
  erasures: Erasures
  refusals: Refusals
  webhooks: { deliveries: Deliveries, networks: BlockList }
  catalogue: Catalogue
  clock: () => number
}

/** What the contract names of its bodies. */
export const V1_SCHEMAS = [
  RowErrorSchema,
  ProblemSchema,
  EventSchema,
  CloudEventSchema,
  RowWarningSchema,
  ReceiptSchema,
  ListedReceiptSchema,
  StoredEventSchema,
  ListedEventSchema,
  SeriesValueSchema,
  SeriesSchema,
  NewToken,
  ObservationSchema,
  PeriodObservationsSchema,
  MeasureSchema,
  StoredObservationsSchema,
  ...EXPORT_SCHEMAS,
  ...REJECTION_SCHEMAS,
  ...OPEN_DATA_SCHEMAS,
  ...KPI_SCHEMAS,
  ComparisonSchema,
  AuthorityDetailSchema,
  ScorecardSchema,
  SavingLineSchema,
  SavingsSchema
]

/** For which a browser need not ask again whether it may. */
const PREFLIGHT_SECONDS = 86_400

/** The endpoints under `/v1` that are no dialect's. */
export async function registerV1 (app: FastifyInstance, services: V1Services): Promise<void> {
  const { db, requests, reading, exporting, answers, intake, folding, releasing, erasures, refusals } = services
  const { webhooks, catalogue, clock } = services
  const catalogued = { db, catalogue, clock }
  const sent = { intake, catalogue, clock }
  const figures = { ...reading, answers, catalogue, clock }
  nameLicence(app)
  declareFields(app)
  declareFormats(app)
  describeTables(app)
  chooseFormats(app)
  takeFields(app)
  tellSandbox(app)
  // Any page may read what is public; tokens come in a header of their own, so there is nothing that a browser would
  // send by itself.
  await app.register(cors, {
    methods: ['GET', 'HEAD'],
    allowedHeaders: ['Authorization', 'If-Modified-Since', 'If-None-Match'],
    exposedHeaders: [
      'Content-Disposition', 'ETag', 'Link', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'Token-Expires',
      'Watermark', 'X-Request-Id'
    ],
    maxAge: PREFLIGHT_SECONDS
  })
  await app.register(errorRoutes)
  await app.register(annotationRoutes, { ...catalogued, pool: requests })
  await app.register(neighbourRoutes, catalogued)
  await app.register(kinds, { ...catalogued, pool: requests })
  await app.register(sourceRoutes, catalogued)
  await app.register(mappingRoutes, { ...catalogued, pool: requests })
  await app.register(rhythmRoutes, catalogued)
  await app.register(webhookRoutes, { ...catalogued, ...webhooks })
  await app.register(peopleRoutes, catalogued)
  await app.register(auditRoutes, { db, catalogue, refusals })
  await app.register(proposalRoutes, catalogued)
  await app.register(reorganisationRoutes, { ...catalogued, pool: requests })
  await app.register(disclosureRuleRoutes, catalogued)
  await app.register(publicationRuleRoutes, catalogued)
  await app.register(retentionRuleRoutes, catalogued)
  await app.register(erasureRoutes, { ...catalogued, erasures })
  await app.register(releaseRoutes, { pool: requests, catalogue, releasing })
  await app.register(seriesRoutes, figures)
  await app.register(exportSeriesRoutes, { ...exporting, catalogue, clock })
  await app.register(exportEventRoutes, { ...exporting, catalogue, clock })
  const queue = new CommitQueue(intake.pool, new Nodes(intake.pool), () => folding.relief())
  await app.register(eventRoutes, { ...sent, queue, folding })
  await app.register(storedEventRoutes, { ...sent, pool: requests })
  await app.register(receiptRoutes, { pool: requests, catalogue })
  await app.register(rejectionRoutes, { ...sent, requests })
  await app.register(replayRoutes, { ...sent, requests, queue, folding })
  await app.register(unmappedRoutes, { ...sent, requests })
  await app.register(observationRoutes, sent)
  await app.register(periodObservationRoutes, sent)
  await app.register(sandboxRoutes, { intake })
  await app.register(kpiRoutes, { ...catalogued, ...reading })
  await app.register(kpiComparisonRoutes, figures)
  await app.register(scorecardRoutes, figures)
  await app.register(feedRoutes, figures)
  await app.register(savingRoutes, figures)
  await app.register(kpiSettingRoutes, catalogued)
  await app.register(kpiBasisRoutes, { catalogue })
  await app.register(kpiSeriesRoutes, figures)
  await app.register(chartRoutes, figures)
}
