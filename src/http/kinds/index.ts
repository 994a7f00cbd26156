import type { FastifyPluginAsync } from 'fastify'
import accepts from '@fastify/accepts'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
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
import { kindRoutes } from './routes.ts'

/** Every kind that is listed, read, set and removed in the one way. */
const KINDS: readonly Kind[] = [
  channels,
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
export const kinds: FastifyPluginAsync<Omit<CatalogueChange, 'principal'>> = async (app, { db, catalogue, clock }) => {
  await app.register(accepts)
  for (const kind of KINDS) await kindRoutes(app, kind, { db, catalogue, clock })
}
