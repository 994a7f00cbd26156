import { Type } from 'typebox'
import { KIND_OF } from '../../catalogue/reorganisation/kinds.ts'
import { DISCLOSURE_LEVELS } from '../../domain/disclosure/rule.ts'
import { Day, Nullable } from './common.ts'

const MOST = 500
const name = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: 120, description, examples: [example] })
const names = (description: string, example: string[], more: { minItems?: number } = {}) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 120 }), {
    maxItems: MOST, description, examples: [example], ...more
  })
const strict = { additionalProperties: false }
/** A word for all, or decisions one by one. */
const words = <T extends Parameters<typeof Type.Array>[0]>(all: string[], item: T, description: string) =>
  Type.Optional(
    Type.Union([Type.Enum(all), Type.Array(item, { maxItems: 10_000 })], { description, examples: [all[0]] })
  )
const End = Type.Optional(Type.Boolean({ description: 'It goes to nobody.' }))
const Type_ = Type.Enum(Object.keys(KIND_OF) as Array<keyof typeof KIND_OF>, { examples: ['unitary'] })
const Delivers = Type.Enum(['yes', 'no', 'via-other-body'])
const GSS = Nullable(Type.String({ maxLength: 20, examples: ['E06000060'] }), {
  description: 'GSS code; null or left out until it is known.'
})

const NewAuthority = Type.Object({
  slug: name('The name in addresses.', 'west-surrey'),
  gss: Type.Optional(GSS),
  name: name('The full name.', 'West Surrey Council'),
  short_name: Type.Optional(name('Left out: the name without “Council”.', 'West Surrey')),
  type: Type_,
  predecessors: names('Those it follows, all of them among `end`.', ['surrey', 'guildford'], { minItems: 1 }),
  aliases: Type.Optional(names('Other names in addresses.', [])),
  nation: Type.Optional(name('Left out: that of its predecessors.', 'England')),
  region: Type.Optional(Nullable(name('Left out: that of its predecessors.', 'South East'))),
  population: Type.Optional(Nullable(Type.Integer({ minimum: 0, maximum: 1e9, examples: [657_309] }))),
  parent: Type.Optional(Nullable(name('The county of a new district. Left out: that of its predecessors.', 'devon'))),
  combined_authority: Type.Optional(Nullable(name('Left out: that of its predecessors.', 'E47000007')))
}, strict)

const Ward = Type.Object({
  from: Type.Optional(name('All wards of one that ends, but those named by code.', 'guildford')),
  codes: Type.Optional(names('These wards.', ['E05007293'], { minItems: 1 })),
  to: Type.Optional(name('Whose they are then.', 'west-surrey')),
  end: End
}, strict)
const Source = Type.Object({
  source: name('`authority/name`.', 'surrey/contact-centre'),
  to: Type.Optional(names('Those it reports on from then on.', ['west-surrey'])),
  end: End
}, strict)
const Provision = Type.Object({
  authority: name('One that begins.', 'west-surrey'),
  service: name('Slug.', 'renew-older-persons-bus-pass'),
  delivers: Delivers,
  provider: Type.Optional(Nullable(name('Who does, via which body.', 'transport-for-west-midlands')))
}, strict)
const Group = Type.Object({
  group: name('Slug.', 'home-counties'),
  end: Type.Boolean({ description: 'Whether the successors stay out of it.' })
}, strict)
const Administrator = Type.Object({
  token: name('Id of a token of an administrator or a reader.', '5f0c2a9be1d3c477'),
  to: names('Those it is of as well.', ['west-surrey'], { minItems: 1 })
}, strict)

export const EXAMPLE = {
  title: 'Buckinghamshire 2020',
  on: '2020-04-01',
  order: 'The Buckinghamshire (Structural Changes) Order 2019, SI 2019/957',
  end: ['buckinghamshire', 'aylesbury-vale', 'chiltern', 'south-bucks', 'wycombe'],
  begin: [{
    slug: 'buckinghamshire',
    gss: 'E06000060',
    name: 'Buckinghamshire Council',
    type: 'unitary',
    population: 547_060,
    predecessors: ['buckinghamshire', 'aylesbury-vale', 'chiltern', 'south-bucks', 'wycombe']
  }]
}

export const OrderSchema = Type.Object({
  title: name('Its address is made of it.', 'Surrey 2027'),
  on: Day('The first day of those that begin; the day before is the last of those that end.', '2027-04-01'),
  order: Type.Optional(Type.String({
    minLength: 1, maxLength: 500, description: 'The law or decision that says so.', examples: [EXAMPLE.order]
  })),
  end: names('Authorities that end.', ['surrey', 'guildford', 'woking'], { minItems: 1 }),
  begin: Type.Array(NewAuthority, { minItems: 1, maxItems: MOST, description: 'Authorities that begin.' }),
  wards: words(['carry', 'end'], Ward, 'Where wards go. Left out: to the only successor.'),
  sources: words(['carry', 'end'], Source, 'What becomes of sources. Left out: they report on the only successor.'),
  provision: words(
    ['carry', 'end'], Provision, 'Who delivers what. Left out: as the predecessors had it, where they agree.'
  ),
  comparator_groups: words(['carry', 'end'], Group, 'Left out: successors join the groups of their predecessors.'),
  administrators: words(
    ['keep', 'carry'], Administrator, 'Left out: tokens of administrators and readers stay those of the old ones alone.'
  ),
  keep_later_data: Type.Optional(Type.Boolean({
    default: false, description: 'Whether data of those that end may stay that are about days from then on.'
  }))
}, {
  $id: 'ReorganisationOrder',
  additionalProperties: false,
  description:
    'Who ends and who begins. What is not said is carried to the successor where there is exactly one; where there ' +
      'are several, it has to be said.',
  examples: [EXAMPLE]
})

const slug = (example: string) => Type.String({ examples: [example] })
const slugs = (example: string) => Type.Array(Type.String(), { examples: [[example]] })
const day = (example: string) => Type.String({ format: 'date', examples: [example] })

const EndedView = Type.Object({
  authority: slug('wycombe'),
  gss: GSS,
  name: slug('Wycombe District Council'),
  last_day: day('2020-03-31'),
  successors: slugs('buckinghamshire')
})
const BegunView = Type.Object({
  authority: slug('buckinghamshire'),
  gss: GSS,
  name: slug('Buckinghamshire Council'),
  short_name: slug('Buckinghamshire'),
  type: Type_,
  tier: Nullable(slug('unitary')),
  nation: slug('England'),
  region: Nullable(slug('South East')),
  population: Nullable(Type.Integer({ examples: [547_060] })),
  parent: Nullable(slug('surrey')),
  combined_authority: Nullable(slug('west-midlands-combined-authority')),
  aliases: slugs('bucks'),
  first_day: day('2020-04-01'),
  predecessors: slugs('wycombe')
})
const count = (description: string) => Type.Integer({ minimum: 0, description, examples: [64] })

/** What everybody may read of a reorganisation. */
const open = {
  id: slug('buckinghamshire-2020'),
  title: slug(EXAMPLE.title),
  on: day('2020-04-01'),
  order: Nullable(slug(EXAMPLE.order)),
  status: Type.Enum(['to-come', 'in-force'], { description: 'Whether its day has come.' }),
  made_at: Type.String({ format: 'date-time' }),
  ended: Type.Array(EndedView),
  begun: Type.Array(BegunView)
}
/** What the operator reads of it as well: systems and people are not everybody's business. */
const closed = {
  sources: Type.Optional(Type.Array(Type.Object({
    source: slug('wycombe/bartec'),
    to: slugs('buckinghamshire'),
    ends: Type.Boolean({ description: 'Whether its tokens work until midnight only.' }),
    tokens: count('Tokens of it that are in force.')
  }))),
  disclosure_rules: Type.Optional(Type.Array(Type.Object({
    authority: slug('buckinghamshire'),
    service: slug('all'),
    level: Type.Enum([...DISCLOSURE_LEVELS]),
    threshold: Nullable(Type.Integer({ examples: [5] })),
    finest: slug('week'),
    delay_days: Type.Integer({ examples: [0] }),
    round_to: Nullable(Type.Integer({ examples: [5] }))
  }))),
  administrators: Type.Optional(Type.Array(Type.Object({
    token: slug('5f0c2a9be1d3c477'), added: slugs('buckinghamshire')
  }))),
  warnings: Type.Optional(Type.Array(Type.String(), { description: 'What the operator should look at.' }))
}

export const ReorganisationSchema = Type.Object({
  ...open,
  wards: Type.Object({
    carried: count('Wards that pass to a successor.'),
    ended: count('Wards that end.'),
    list: Type.Array(Type.Object({
      code: slug('E05002674'), name: slug('Abbey'), from: slug('wycombe'), to: Nullable(slug('buckinghamshire'))
    }))
  }),
  provision: Type.Array(Type.Object({
    authority: slug('buckinghamshire'),
    service: slug('report-missed-bin'),
    delivers: Delivers,
    provider: Nullable(slug('centro'))
  })),
  comparator_groups: Type.Array(Type.Object({ group: slug('home-counties'), added: slugs('buckinghamshire') })),
  covers: Type.Array(Type.Object({ authority: slug('surrey'), added: slugs('buckinghamshire') })),
  ...closed,
  dry_run: Type.Boolean({ description: 'Whether nothing was changed: a preview.' })
}, {
  $id: 'Reorganisation',
  description:
    'Which authorities gave way to which, on what day, with what. Sources, rules, administrators and warnings are ' +
      'shown to the operator alone.'
})

export const ReorganisationLineSchema = Type.Object({ ...open }, {
  $id: 'ReorganisationLine', description: 'A reorganisation in a list.'
})
