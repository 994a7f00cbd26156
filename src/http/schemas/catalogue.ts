import { Type } from 'typebox'
import { Nullable, PROVENANCE } from './common.ts'

const GSS = Nullable(Type.String({ examples: ['E08000029'] }))

export const AuthoritySchema = Type.Object({
  slug: Type.String({ examples: ['solihull'] }),
  gss: GSS,
  name: Type.String({ examples: ['Solihull Metropolitan Borough Council'] }),
  short_name: Type.String({ examples: ['Solihull'] }),
  type: Type.String({ examples: ['metropolitan-district'] }),
  tier:
    Nullable(Type.String({
      examples: ['unitary'], description: 'county, district or unitary, as GOV.UK counts them; null for other bodies.'
    })),
  nation: Type.String({ examples: ['England'] }),
  region: Nullable(Type.String({ examples: ['West Midlands'] })),
  combined_authority:
    Nullable(Type.String({
      examples: ['E47000007'], description: 'GSS code of the combined authority it belongs to.'
    })),
  population: Nullable(Type.Integer({ examples: [217487], description: 'Residents, a mid-year estimate.' })),
  population_year: Nullable(Type.Integer({ examples: [2020], description: 'The year of that estimate.' })),
  former_codes: Type.Array(Type.String(), {
    examples: [[]], description: 'Superseded GSS codes, accepted wherever a code is.'
  }),
  covers: Type.Array(Type.String(), {
    examples: [[]], description: 'Slugs of the authorities a combined authority or passenger transport body serves.'
  })
}, { $id: 'Authority', description: 'A council, combined authority or passenger transport body.' })

export const ServiceSchema = Type.Object({
  slug: Type.String({ examples: ['report-missed-bin'] }),
  title: Type.String({ examples: ['Report a missed bin'] }),
  lgsl: Type.Integer({ examples: [524], description: 'Local Government Service List number.' }),
  lgil: Nullable(Type.Integer({ examples: [17], description: 'Local Government Interaction List number.' })),
  lgsl_label: Type.String({ examples: ['Household waste collection'] }),
  lgil_label: Nullable(Type.String({ examples: ['Reporting'] })),
  kind: Type.String({ examples: ['transaction'], description: 'transaction or information.' }),
  providing_tier: Nullable(Type.String({ examples: ['district/unitary'] })),
  core: Type.Boolean({ examples: [true], description: 'One of the pilot’s services.' }),
  denominator:
    Nullable(Type.String({ examples: ['collections_made'], description: 'The measure its rates are over.' })),
  uri: Type.String({ examples: ['http://id.esd.org.uk/service/524'] })
}, { $id: 'Service', description: 'One transaction a public can do, or an information service.' })

export const ChannelSchema = Type.Object({
  slug: Type.String({ examples: ['telephone-agent'] }),
  label: Type.String({ examples: ['Telephone, human operator'] }),
  digital_class: Type.String({
    examples: ['non-digital'], description: 'digital, digital-passive, non-digital, proactive or excluded.'
  }),
  performance_platform_key: Nullable(Type.String({ examples: ['telephone_human'] })),
  aliases: Type.Array(Type.String(), {
    examples: [['Phone', 'call centre']], description: 'Names seen elsewhere; a source declares its own.'
  }),
  note: Type.String({ examples: ['Solihull 2014 used Phone'] }),
  valid_to: Nullable(Type.String({ format: 'date' }), {
    description: 'The last day on which it is taken; null: it goes on.', examples: [null]
  }),
  ...PROVENANCE
}, { $id: 'Channel', description: 'A way a transaction reaches a council.' })

export const AreaSchema = Type.Object({
  code: Type.String({ examples: ['E05001284'] }),
  provisional_code: Type.Boolean({ examples: [false], description: 'The code is ours until the GSS code is known.' }),
  kind: Type.String({ examples: ['ward'] }),
  slug: Type.String({ examples: ['bickenhill'] }),
  name: Type.String({ examples: ['Bickenhill'] }),
  authority: Type.String({ examples: ['solihull'] }),
  valid_from:
    Nullable(Type.String({ format: 'date', examples: ['2004-06-10'], description: 'First day; null: not known.' })),
  valid_to:
    Nullable(Type.String({ format: 'date', examples: ['2026-05-06'], description: 'Last day; null: still valid.' })),
  note: Type.String({ examples: ['renamed Arden (gains Meriden parish)'] })
}, { $id: 'Area', description: 'A ward, with the days on which it is valid.' })
