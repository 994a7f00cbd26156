import accepts from '@fastify/accepts'
import type { FastifyPluginAsync } from 'fastify'
import type pg from 'pg'
import { areasKind } from './areas.ts'
import { authorities } from './authorities.ts'
import { areasOfAuthorityRoute } from './authority-areas.ts'
import { channels } from './channels.ts'
import type { Kind } from './kind.ts'
import { providerRoutes, providers } from './providers.ts'
import { provision } from './provision.ts'
import { kindRoutes, type KindServices } from './routes.ts'
import { services } from './services.ts'

/** Every kind that is listed, read, set and removed in the one way. */
const KINDS: readonly Kind[] = [authorities, services, channels, provision, providers]

/** The catalogue, kind by kind: everybody may read it, those who govern it change it. */
export const kinds: FastifyPluginAsync<KindServices & { pool: pg.Pool }> = async (
  app, { db, pool, catalogue, clock }
) => {
  const context = { db, catalogue, clock }
  await app.register(accepts)
  const areas = areasKind(pool)
  for (const kind of [...KINDS, areas]) await kindRoutes(app, kind, context)
  providerRoutes(app, context)
  await areasOfAuthorityRoute(app, areas, context)
}
