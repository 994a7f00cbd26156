import type { FastifyPluginAsync } from 'fastify'
import { areasKind } from './areas.ts'
import { authorities } from './authorities.ts'
import { areasOfAuthorityRoute } from './authority-areas.ts'
import { channels } from './channels.ts'
import { attributes } from './attributes.ts'
import { channelClasses } from './channel-classes.ts'
import { comparatorGroups } from './comparator-groups.ts'
import { declarations } from './declarations.ts'
import { disclosureRules } from './disclosure-rules.ts'
import { kpis } from './kpis.ts'
import { measures } from './measures.ts'
import { neighbours } from './neighbours.ts'
import { targets } from './targets.ts'
import { unitSavings } from './unit-savings.ts'
import type { Kind } from './kind.ts'
import { providerRoutes, providers } from './providers.ts'
import { provision } from './provision.ts'
import { kindRoutes, type KindServices } from './routes.ts'
import { services } from './services.ts'
import type { RequestPool } from '../../postgres/scoped.ts'

/** Every kind that is listed, read, set and removed in the one way. */
export const KINDS: readonly Kind[] = [
  authorities,
  services,
  channels,
  provision,
  providers,
  attributes,
  channelClasses,
  comparatorGroups,
  declarations,
  disclosureRules,
  kpis,
  measures,
  neighbours,
  targets,
  unitSavings
]

/** The catalogue, kind by kind: everybody may read it, those who govern it change it. */
export const kinds: FastifyPluginAsync<KindServices & { pool: RequestPool }> = async (
  app, { db, pool, catalogue, clock }
) => {
  const context = { db, catalogue, clock }
  const areas = areasKind(pool)
  for (const kind of [...KINDS, areas]) await kindRoutes(app, kind, context)
  providerRoutes(app, context)
  await areasOfAuthorityRoute(app, areas, context)
}
