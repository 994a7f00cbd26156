import { parseInstant } from '../domain/calendar.ts'
import type { Audience } from '../domain/publication.ts'
import { ProblemError } from '../errors.ts'

/** What somebody says of when a data set or a dashboard is published. */
export interface PublicationInput { published?: boolean, audience?: Audience, publish_at?: string | null }
export interface Publication { published: boolean, audience: Audience, publishAt: Date | null }

/**
 * What it means: an audience that is not everybody, without more, is of something unpublished. Throws `ProblemError`
 * where the parts contradict one another, since what was meant to be kept back might show.
 */
export function publicationOf ({ published, audience, publish_at: at = null }: PublicationInput): Publication {
  const publishAt = at === null ? undefined : parseInstant(at)
  if (at !== null && publishAt === undefined) {
    throw new ProblemError(
      'invalid-request', `publish_at ${at} is no instant; send it as 2026-10-15T09:30:00+01:00, with its offset.`
    )
  }
  const isForSome = audience !== undefined && audience !== 'public'
  if (published === true && isForSome && publishAt === undefined) {
    throw new ProblemError(
      'invalid-request',
      `published says that everybody sees it, audience says ${audience}: send published false, or publish_at.`
    )
  }
  if (audience === 'public' && (published === false || publishAt !== undefined)) {
    throw new ProblemError(
      'invalid-request', 'audience says who sees it before it is published: public goes with published true alone.'
    )
  }
  return {
    published: published ?? !isForSome,
    audience: audience === 'councils' ? 'councils' : 'authority',
    publishAt: publishAt === undefined ? null : new Date(publishAt)
  }
}
