import { Type } from 'typebox'
import { isUnknown, type Authority, type Directory, type Service } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import {
  checkProvision, provisionOf, statedProvision, takeBackProvision, writeProvision, type ProvisionInput,
  type ProvisionRow
} from '../../catalogue/provision.ts'
import { Nullable, PROVENANCE } from '../schemas/common.ts'
import { provenanceToWire } from '../wire/catalogue.ts'
import type { Kind } from './kind.ts'

const Name = (example: string) => Type.String({ maxLength: 120, examples: [example] })

const RowSchema = Type.Object({
  authority: Name('solihull'),
  service: Name('renew-older-persons-bus-pass'),
  delivers: Type.String({
    description: 'yes, no, via-other-body; unknown where nobody has said and the tier is not known.',
    examples: ['via-other-body']
  }),
  provider: Nullable(Name('transport-for-west-midlands')),
  basis: Type.String({ description: 'Why it is so.', examples: ['covered by transport-for-west-midlands'] }),
  stated: Type.Boolean({ description: 'Whether somebody said so; false: it follows from the service’s tier.' }),
  ...PROVENANCE
}, { $id: 'Provision', description: 'Who delivers a service in the area of an authority.' })

const InputSchema = Type.Object({
  authority: Name('solihull'),
  service: Name('renew-older-persons-bus-pass'),
  delivers: Type.Enum(['yes', 'no', 'via-other-body'], { examples: ['via-other-body'] }),
  provider: Type.Optional(Nullable(Name('transport-for-west-midlands'), {
    default: null, description: 'The body that delivers it, with via-other-body alone.'
  })),
  basis: Type.String({
    minLength: 1, maxLength: 500, description: 'Why it is so.', examples: ['Transport Act 1985']
  })
}, { $id: 'ProvisionInput', additionalProperties: false, description: 'Who delivers a service of an authority.' })

const authorityIn = (directory: Directory, name: string): Authority =>
  known(directory.authority(name), 'unknown-authority', 'authority')
const serviceIn = (directory: Directory, name: string): Service =>
  known(directory.service(name), 'unknown-service', 'service')
const slugOf = (found: object, name: string): string => 'slug' in found ? String(found.slug) : name

/** Who delivers which service where. */
export const provision: Kind<ProvisionRow, ProvisionInput> = {
  path: '/provision',
  one: 'Provision',
  many: 'AllProvision',
  tag: 'catalogue',
  summary: 'Who delivers which service where: all of an authority or of a service, or what was said',
  address: [
    { parameter: 'authority', field: 'authority', example: 'solihull', description: 'Slug or GSS code.' },
    { parameter: 'service', field: 'service', example: 'renew-older-persons-bus-pass', description: 'Slug.' }
  ],
  row: RowSchema,
  input: InputSchema,
  examples: [{
    authority: 'solihull',
    service: 'renew-older-persons-bus-pass',
    delivers: 'via-other-body',
    provider: 'transport-for-west-midlands',
    basis: 'Travel concessions are administered by the transport body (Transport Act 1985)'
  }],
  filters: {
    authority: Type.Optional(Type.String({
      description: 'Every service of this authority, whether said or not.', examples: ['solihull']
    })),
    service: Type.Optional(Type.String({
      description: 'This service in every authority, whether said or not.', examples: ['report-missed-bin']
    })),
    delivers: Type.Optional(Type.Enum(['yes', 'no', 'via-other-body', 'unknown'], {
      description: 'Only rows that say this.'
    }))
  },
  permission: 'administrator',
  codes: ['unknown-authority', 'unknown-service'],
  rows: (directory, { authority, service, delivers }) => {
    const all = typeof authority === 'string' || typeof service === 'string'
      ? effective(directory, authority, service)
      : statedProvision(directory)
    return all.filter((row) => delivers === undefined || row.delivers === delivers)
  },
  key: ({ authority, service }) => `${authority.slug}/${service.slug}`,
  names: ({ authority, service }) => [authority.slug, authority.name, service.slug, service.title],
  toWire: ({ authority, service, delivers, provider, basis, stated }) => ({
    authority: authority.slug,
    service: service.slug,
    delivers,
    provider: provider?.slug ?? null,
    basis: stated === undefined && delivers === 'unknown' ? 'unknown' : basis,
    stated: stated !== undefined,
    ...provenanceToWire(stated ?? { origin: 'shipped', changed_at: null })
  }),
  find: (directory, { authority = '', service = '' }) =>
    provisionOf(directory, authorityIn(directory, authority), serviceIn(directory, service)),
  canonical: (directory, input) => ({
    ...input,
    authority: slugOf(directory.authority(input.authority), input.authority),
    service: slugOf(directory.service(input.service), input.service),
    ...(typeof input.provider === 'string' && {
      provider: slugOf(directory.authority(input.provider), input.provider)
    })
  }),
  existing: (directory, input) => {
    const [authority, service] = [directory.authority(input.authority), directory.service(input.service)]
    if (isUnknown(authority) || isUnknown(service)) return undefined
    const row = provisionOf(directory, authority, service)
    return row.stated === undefined ? undefined : row
  },
  authorityOf: (directory, { authority }) => {
    const found = directory.authority(authority)
    return isUnknown(found) ? undefined : found
  },
  check: ({ catalogue }, inputs) => checkProvision(catalogue.directory, inputs),
  write: writeProvision,
  remove: takeBackProvision
}

function effective (directory: Directory, authority: unknown, service: unknown): ProvisionRow[] {
  const authorities = typeof authority === 'string' ? [authorityIn(directory, authority)] : directory.authorities
  const services = typeof service === 'string' ? [serviceIn(directory, service)] : directory.services
  return authorities.flatMap((one) => services.map((each) => provisionOf(directory, one, each)))
}
