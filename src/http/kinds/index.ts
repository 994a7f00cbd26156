import type { FastifyPluginAsync } from 'fastify'
import accepts from '@fastify/accepts'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { channels } from './channels.ts'
import type { Kind } from './kind.ts'
import { kindRoutes } from './routes.ts'

/** Every kind that is listed, read, set and removed in the one way. */
const KINDS: readonly Kind[] = [channels]

/** The catalogue, kind by kind: everybody may read it, those who govern it change it. */
export const kinds: FastifyPluginAsync<Omit<CatalogueChange, 'principal'>> = async (app, { db, catalogue, clock }) => {
  await app.register(accepts)
  for (const kind of KINDS) await kindRoutes(app, kind, { db, catalogue, clock })
}
