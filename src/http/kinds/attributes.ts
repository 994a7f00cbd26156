import { Type } from 'typebox'
import { EVERY_SERVICE, type Attribute } from '../../catalogue/attribute-directory.ts'
import {
  checkAttributes, endAttribute, findAttribute, removeAttribute, writeAttributes, type AttributeInput
} from '../../catalogue/attributes.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import { ALL, canonicalPlace } from '../../catalogue/place.ts'
import { Day, Nullable, PROVENANCE } from '../schemas/common.ts'
import { provenanceToWire } from '../wire/catalogue.ts'
import { EveryService, IN_ADDRESS, orAll, orNothing } from './fields.ts'
import type { Kind } from './kind.ts'

const TYPES = ['words', 'boolean', 'integer']
const Word = Type.String({ maxLength: 60, pattern: '^[a-z0-9][a-z0-9-]*$', examples: ['not-presented'] })
const Bound = (description: string) =>
  Type.Optional(Nullable(Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 }), {
    default: null, description, examples: [null]
  }))
const OpenDay = (description: string, example: string | null) =>
  Type.Optional(Nullable(Day(description, '2025-04-01'), { default: null, examples: [example] }))

const fields = {
  service: EveryService,
  name: Type.String({
    pattern: '^[a-z][a-z0-9_]{0,39}$', description: 'Its name in the attributes of events.', examples: ['reason']
  }),
  title: Type.String({ minLength: 1, maxLength: 120, examples: ['Why it was not collected'] }),
  description: Type.Optional(Nullable(
    Type.String({ minLength: 1, maxLength: 1000, description: 'What it means, for readers.' }),
    { default: null, examples: ['As the crew noted it at the kerb.'] }
  )),
  type: Type.Enum(TYPES, { description: 'It never changes: stored events may have it.', examples: ['words'] }),
  words: Type.Optional(Type.Array(Word, {
    maxItems: 500,
    uniqueItems: true,
    default: [],
    description: 'What it may be; no free text. A word that is left out ends: stored events keep it.',
    examples: [['not-presented', 'contaminated']]
  })),
  minimum: Bound('Of a whole number.'),
  maximum: Bound('Of a whole number: at most 1,000 values, since figures are kept for each.'),
  valid_from: OpenDay('First local day of events that may have it; null: always was.', '2025-04-01'),
  valid_to: OpenDay('Last local day of events that may have it; null: it goes on.', null),
  published: Type.Optional(Type.Boolean({
    default: true,
    description: 'Whether figures by it are public; false: only for those who may read all of an authority.',
    examples: [true]
  }))
}

const serviceOf = ({ serviceById }: Directory, id: number): string | null => serviceById.get(id)?.slug ?? null

/** The attributes that events may carry, and their words. */
export const attributes: Kind<Attribute, AttributeInput> = {
  path: '/attributes',
  one: 'Attribute',
  many: 'Attributes',
  tag: 'catalogue',
  summary: 'The attributes that events may carry, and their words',
  address: [
    IN_ADDRESS.service, { parameter: 'name', field: 'name', example: 'reason', description: 'Its name in events.' }
  ],
  row: Type.Object({
    ...fields,
    ended: Type.Array(Type.String(), {
      description: 'Words that stored events may have and new ones may not.', examples: [[]]
    }),
    ...PROVENANCE
  }, { $id: 'Attribute', description: 'A declared property of the events of a service.' }),
  input: Type.Object(fields, {
    $id: 'AttributeInput', additionalProperties: false, description: 'A property of the events of a service.'
  }),
  examples: [{
    service: 'report-missed-bin',
    name: 'bin_size',
    title: 'Size of the bin',
    type: 'words',
    words: ['140-litres', '240-litres'],
    valid_from: '2025-04-01'
  }],
  filters: {
    service: Type.Optional(Type.String({
      maxLength: 120,
      description: 'Those that its events may carry; `all`: those of every service’s.',
      examples: ['report-missed-bin']
    })),
    type: Type.Optional(Type.Enum(TYPES))
  },
  permission: 'operator',
  codes: ['unknown-service'],
  rows: (directory, query) => {
    const { service, type } = query as { service?: string, type?: string }
    const { attributes } = directory.attributes
    const asked = service === undefined
      ? attributes
      : service === ALL
        ? attributes.filter(({ service_id: id }) => id === EVERY_SERVICE)
        : [...directory.attributes.of(known(directory.service(service), 'unknown-service', 'service').id).values()]
    return asked.filter((one) => type === undefined || one.type === type)
  },
  key: ({ service_id, name }, directory) => `${orAll(serviceOf(directory, service_id))}/${name}`,
  names: ({ name, title, description, words }) => [name, title, description, ...words],
  toWire: (attribute, directory) => {
    const { name, title, description, type, words, minimum, maximum, ended } = attribute
    const { valid_from, valid_to, published } = attribute
    return {
      service: serviceOf(directory, attribute.service_id),
      name,
      title,
      description,
      type,
      words,
      minimum,
      maximum,
      valid_from,
      valid_to,
      published,
      ended,
      ...provenanceToWire(attribute)
    }
  },
  find: (directory, address) => findAttribute(directory, address as unknown as AttributeInput),
  canonical: (directory, input) => canonicalPlace(input, directory),
  existing: orNothing(findAttribute),
  check: checkAttributes,
  write: writeAttributes,
  remove: removeAttribute,
  end: endAttribute
}
