import type { KIND_OF } from './kinds.ts'

/** Where wards go, by the authority they are of or by code; `end`: to nobody. */
export interface WardWord { from?: string, codes?: string[], to?: string, end?: boolean }
/** `source` is `authority/name`. */
export interface SourceWord { source: string, to?: string[], end?: boolean }
export interface ProvisionWord {
  authority: string
  service: string
  delivers: 'yes' | 'no' | 'via-other-body'
  provider?: string | null
}
export interface GroupWord { group: string, end: boolean }
/** `token` is the id of a token of an administrator or a reader. */
export interface AdministratorWord { token: string, to: string[] }

export interface NewAuthority {
  slug: string
  name: string
  type: keyof typeof KIND_OF
  predecessors: string[]
  gss?: string | null
  short_name?: string
  aliases?: string[]
  nation?: string
  region?: string | null
  population?: number | null
  parent?: string | null
  combined_authority?: string | null
}

/**
 * A reorganisation as the operator sends it. What is listed is decided so; of what is not, everything is carried to the
 * successor where there is exactly one. `carry` and `end` say it of all.
 */
export interface ReorganisationOrder {
  title: string
  /** `YYYY-MM-DD`, the first day of the new authorities. */
  on: string
  order?: string
  end: string[]
  begin: NewAuthority[]
  wards?: 'carry' | 'end' | WardWord[]
  sources?: 'carry' | 'end' | SourceWord[]
  provision?: 'carry' | 'end' | ProvisionWord[]
  comparator_groups?: 'carry' | 'end' | GroupWord[]
  administrators?: 'keep' | 'carry' | AdministratorWord[]
  keep_later_data?: boolean
}

/** What was decided one by one. */
export const listed = <T>(words: string | T[] | undefined): T[] => Array.isArray(words) ? words : []
