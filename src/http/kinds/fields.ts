import { Type } from 'typebox'
import { isUnknown, type Authority, type Directory } from '../../catalogue/directory.ts'
import { ProblemError } from '../../errors.ts'
import { Day, Nullable } from '../schemas/common.ts'
import type { Kind } from './kind.ts'

/** Fields that settings of authorities and services have in common. */
export const AuthorityName = Type.String({
  minLength: 1, maxLength: 120, description: 'Slug or GSS code.', examples: ['solihull']
})
export const ServiceName = Type.String({ minLength: 1, maxLength: 120, examples: ['report-missed-bin'] })
export const EveryAuthority = Type.Optional(Nullable(AuthorityName, {
  default: null, description: 'null (in an address, `all`): every authority.', examples: ['solihull']
}))
export const EveryService = Type.Optional(Nullable(ServiceName, {
  default: null, description: 'null (in an address, `all`): every service.', examples: ['report-missed-bin']
}))
export const FromOn = Day('First local day on which it holds.', '2025-04-01')

/** Filters of lists of settings. */
export const PLACE_FILTERS = {
  authority: Type.Optional(Type.String({
    minLength: 1, maxLength: 120, description: 'Slug or GSS code; `all`: what is set for all.', examples: ['solihull']
  })),
  service: Type.Optional(Type.String({
    minLength: 1, maxLength: 120, description: 'Slug; `all`: what is set for all.', examples: ['report-missed-bin']
  }))
}

/** The parts of an address that say for what a setting holds. */
export const IN_ADDRESS = {
  authority: {
    parameter: 'authority', field: 'authority', example: 'solihull', description: 'Slug or GSS code, or `all`.'
  },
  service: { parameter: 'service', field: 'service', example: 'report-missed-bin', description: 'Slug, or `all`.' },
  fromOn: { parameter: 'from_on', field: 'from_on', example: '2025-04-01', description: 'First day on which it holds.' }
} as const

/** A look-up that finds nothing for names that are not known: the check of the rows tells of those. */
export function orNothing<Input, Row> (
  find: (directory: Directory, input: Input) => Row | undefined
): (directory: Directory, input: Input) => Row | undefined {
  return (directory, input) => {
    try {
      return find(directory, input)
    } catch (error) {
      if (error instanceof ProblemError) return undefined
      throw error
    }
  }
}

/** Whose a setting is: null where it holds for all, and undefined for a name that is not known. */
export function ownerOf (
  directory: Directory, { authority }: { authority: string | null }
): Authority | null | undefined {
  if (authority === null) return null
  const found = directory.authority(authority)
  return isUnknown(found) ? undefined : found
}

/** The rest of a kind of which only the list is here. */
export const listedAlone = {
  address: [],
  examples: [],
  permission: 'operator',
  without: ['get', 'put', 'putMany', 'delete'],
  find: () => undefined,
  existing: () => undefined,
  check: () => [],
  write: async () => await Promise.reject(new TypeError('this kind is only listed')),
  remove: async () => await Promise.reject(new TypeError('this kind is only listed'))
} satisfies Partial<Kind>

export const orAll = (name: string | null): string => name ?? 'all'
