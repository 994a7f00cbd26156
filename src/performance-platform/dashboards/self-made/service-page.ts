import type { Directory } from '../../../catalogue/directory.ts'
import type { AuthorityService } from '../../read/typed.ts'
import type { NewestOfType } from '../../store/newest-days.ts'
import type { ReadSource } from './read-source.ts'

/** What the modules of a page are made from. */
export interface AuthorityServicePage {
  pair: AuthorityService
  directory: Directory
  newest: NewestOfType[]
  read: ReadSource
  now: number
}

/** The group of an authority's service in the data API, and the address of its dashboard. */
export const slugOf = ({ authority, service }: AuthorityService): string => `${authority.slug}-${service.slug}`

/** Who the figures are from. */
export const sentBy = ({ authority }: AuthorityService): string => `Data source: ${authority.name}`
