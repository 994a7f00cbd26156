import type { FastifyRequest } from 'fastify'
import type { DataSet, Directory } from '../catalogue/directory.ts'
import type { Viewer } from '../disclosure/session.ts'
import { isPublished, type Audience, type Publishable } from '../domain/publication.ts'
import { viewerOf } from '../http/plugins/session.ts'
import { tokenToWrite } from './data-set-settings.ts'

/** Whoever asks: a viewer, and the secret that came with the request, which may be a data set's. */
export interface Asker { viewer: Viewer, secret: string | undefined, now: number }

export function askerOf (request: FastifyRequest, now: number): Asker {
  return { viewer: viewerOf(request.server.identify(request)), secret: secretOf(request), now }
}

/** The secret of a bearer token, in the spelling of the old dialect alone. */
export const secretOf = ({ headers }: FastifyRequest): string | undefined =>
  /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]

/**
 * Whether somebody may read a data set: everybody, once it is published; before, its audience and whoever writes it.
 * To all others it is not there.
 */
export function mayRead (directory: Directory, set: DataSet, { viewer, secret, now }: Asker): boolean {
  return directory.publication.isOpen(set) ||
    viewer.isAmong(set.audience, set.authority_id, set.service_id) ||
    (secret !== undefined && tokenToWrite(directory, set, secret, now) !== undefined)
}

/** What is stored of a dashboard's publication. */
export interface DashboardPublication extends Publishable { audience: Audience, authority_id: number | null }

/** Whether somebody may read a dashboard that was written. */
export function mayReadDashboard (one: DashboardPublication, viewer: Pick<Viewer, 'isAmong'>, now: number): boolean {
  return isPublished(one, now) || viewer.isAmong(one.audience, one.authority_id, null)
}
