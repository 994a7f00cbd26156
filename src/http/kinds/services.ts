import { Type } from 'typebox'
import { isUnknown, type Service } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import {
  checkServices, endServiceAfter, PROVIDING_TIERS, removeService, writeServices, type ServiceInput
} from '../../catalogue/services.ts'
import { Day, Nullable } from '../schemas/common.ts'
import { ServiceSchema } from '../schemas/catalogue.ts'
import { serviceToWire } from '../wire/catalogue.ts'
import type { Kind } from './kind.ts'

const Label = (example: string) => Type.String({ minLength: 1, maxLength: 300, examples: [example] })

const ServiceInputSchema = Type.Object({
  slug: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 100, examples: ['zoo-licences'] }),
  title: Label('Zoo licences'),
  lgsl: Type.Integer({
    minimum: 1, maximum: 99_999, description: 'Local Government Service List number.', examples: [1099]
  }),
  lgil: Type.Optional(Nullable(Type.Integer({ minimum: 0, maximum: 99_999 }), {
    default: null, description: 'Local Government Interaction List number.', examples: [0]
  })),
  lgsl_label: Type.Optional(Type.String({ maxLength: 300, default: '', examples: ['Zoo licences'] })),
  lgil_label: Type.Optional(Nullable(Label('Applications for service'), { default: null })),
  kind: Type.Enum(['transaction', 'information'], { examples: ['transaction'] }),
  providing_tier: Type.Optional(Nullable(Type.Enum([...PROVIDING_TIERS]), {
    default: null,
    description: 'Who provides it; null: not known, so it is expected of none.',
    examples: ['district/unitary']
  })),
  core: Type.Optional(Type.Boolean({ default: false, description: 'One of the pilot’s services.' })),
  denominator: Type.Optional(Nullable(Type.String({ maxLength: 60 }), {
    default: null, description: 'The measure its rates are over.', examples: ['collections_made']
  })),
  uri: Type.Optional(Type.String({ maxLength: 300, default: '', examples: ['http://id.esd.org.uk/service/524'] })),
  status: Type.Optional(Type.Enum(['live', 'discontinued'], { default: 'live' })),
  scope_note: Type.Optional(Type.String({ maxLength: 2000, default: '', examples: ['Licences to keep a zoo.'] })),
  valid_to: Type.Optional(Nullable(Day('The last day that data may be about; null: it goes on.', '2026-03-31'), {
    default: null, examples: [null]
  }))
}, { $id: 'ServiceInput', additionalProperties: false, description: 'A service, as it is set.' })

/** The services of councils. */
export const services: Kind<Service, ServiceInput> = {
  path: '/services',
  one: 'Service',
  many: 'Services',
  tag: 'catalogue',
  summary: 'All services, with LGSL and LGIL numbers',
  address: [{ parameter: 'service', field: 'slug', example: 'report-missed-bin', description: 'Its slug.' }],
  row: ServiceSchema,
  input: ServiceInputSchema,
  examples: [{
    slug: 'zoo-licences',
    title: 'Zoo licences',
    lgsl: 1099,
    lgsl_label: 'Zoo licences',
    kind: 'transaction',
    providing_tier: 'district/unitary'
  }],
  filters: {
    kind: Type.Optional(Type.Enum(['transaction', 'information'], { description: 'Only services of this kind.' })),
    status: Type.Optional(Type.Enum(['live', 'discontinued'], { description: 'Only services with this status.' })),
    core: Type.Optional(Type.Boolean({ description: 'Only the pilot’s services, or only the others.' })),
    lgsl: Type.Optional(Type.Integer({ description: 'Only services with this number.', examples: [524] }))
  },
  permission: 'operator',
  codes: ['unknown-service'],
  rows: (directory, query) =>
    directory.services.filter((service) =>
      (['kind', 'status', 'core', 'lgsl'] as const).every((key) =>
        query[key] === undefined || service[key] === query[key]
      )
    ),
  key: ({ slug }) => slug,
  names: ({ slug, title, lgsl_label, lgil_label }) => [slug, title, lgsl_label, lgil_label],
  toWire: serviceToWire,
  find: (directory, { service = '' }) => known(directory.service(service), 'unknown-service', 'service'),
  existing: (directory, { slug }) => {
    const found = directory.service(slug)
    return isUnknown(found) || found.slug !== slug ? undefined : found
  },
  check: checkServices,
  write: writeServices,
  remove: removeService,
  end: endServiceAfter
}
