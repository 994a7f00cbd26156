import { AUDIENCES } from '../../../domain/publication.ts'
import { Type, type Static, type TProperties, type TSchema } from 'typebox'

/** A text that may be left out, null or empty: the front end bears all three. */
const Text = (description: string) =>
  Type.Optional(Type.Union([Type.String({ maxLength: 10_000 }), Type.Null()], { description }))
const Slug = (description: string, example: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_-]{1,200}$', description, examples: [example] })
const OneOrMore = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Array(schema)])
const orNull = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))
const tolerant = <T extends TProperties>(properties: T) => Type.Object(properties, { additionalProperties: true })

/** How the list of dashboards sorts them: services, web traffic (content), other. */
export const DASHBOARD_TYPES = [
  'transaction', 'high-volume-transaction', 'service-group', 'agency', 'department', 'content', 'other'
] as const

const Organisation = Type.Union([
  tolerant({
    title: Type.String({ minLength: 1, examples: ['Solihull Metropolitan Borough Council'] }),
    abbr: Text('Short name, which the list of dashboards filters by.'),
    slug: Text('Made of the short name if left out.')
  }),
  Type.Null()
])
const Link = tolerant({
  title: Type.String({ examples: ['Report a missed collection'] }),
  url: Type.String({ maxLength: 2000, examples: ['https://www.solihull.gov.uk/'] })
})

// A parameter that the data API does not know would be refused by it, and the module show an error for ever.
const QueryParams = Type.Object({
  period: orNull(Type.Enum(['hour', 'day', 'week', 'month', 'quarter', 'year'])),
  duration: orNull(Type.Integer({ minimum: 1, maximum: 100_000 })),
  start_at: Text('UTC.'),
  end_at: Text('UTC.'),
  group_by: orNull(OneOrMore(Type.String())),
  collect: orNull(OneOrMore(Type.String())),
  filter_by: orNull(OneOrMore(Type.String())),
  filter_by_prefix: orNull(OneOrMore(Type.String())),
  sort_by: orNull(Type.String({ pattern: '^[^:]+:(ascending|descending)$' })),
  limit: orNull(Type.Integer({ minimum: 0 })),
  flatten: orNull(Type.Boolean()),
  inclusive: orNull(Type.Boolean()),
  format: Text('Only csv means something.')
}, { additionalProperties: false })

const DataSourceSchema = tolerant({
  'data-group': Type.String({ pattern: '^[\\w-]+$', examples: ['solihull-local-authority'] }),
  'data-type': Type.String({ pattern: '^[\\w-]+$', examples: ['transactions-by-channel'] }),
  'query-params': orNull(QueryParams)
})

const Axis = tolerant({
  label: Type.Optional(Type.String()), format: Type.Optional(Type.Union([Type.String(), tolerant({})]))
})
/** An axis whose values are one group of the data. */
const GroupAxis = tolerant({ label: Type.String(), groupId: Type.String({ minLength: 1 }) })
/** The front end has seven colours: an eighth line would look like the seventh. */
export const MOST_LINES = 7

const axesOf = (y: TSchema) => tolerant({ x: orNull(OneOrMore(Axis)), y })
const anyAxes = { axes: orNull(axesOf(orNull(Type.Array(Axis)))) }
const groupAxes = { axes: axesOf(Type.Array(GroupAxis, { minItems: 1 })) }
const lineAxes = { axes: axesOf(Type.Array(GroupAxis, { minItems: 1, maxItems: MOST_LINES })) }
const value = { 'value-attribute': Type.String({ minLength: 1, examples: ['count:sum'] }) }
const Matcher = Type.String({ minLength: 1, examples: ['^Digital$'] })
// Without these two the front end throws while it makes the page.
const matchers = { 'numerator-matcher': Matcher, 'denominator-matcher': Matcher }
const period = { 'axis-period': Text('hour, day, week, month, quarter or year.') }
const format = { format: orNull(Type.Union([Type.String(), tolerant({})])) }
const optionalValue = { 'value-attribute': Text('The field that is shown.') }
const matching = { 'matching-attribute': Text('The field that the matchers are for.') }
const pinned = {
  ...optionalValue,
  ...anyAxes,
  ...format,
  'max-bars': orNull(Type.Integer({ minimum: 1 })),
  'pin-to': Text('Field.'),
  target: orNull(Type.Number())
}
const switches = {
  'show-line-labels': orNull(Type.Boolean()),
  'show-total-label': orNull(Type.Boolean()),
  use_stack: orNull(Type.Boolean()),
  'one-hundred-percent': orNull(Type.Boolean()),
  'group-mapping': orNull(tolerant({}))
}

/** Every type of module that the front end knows, with the fields of its own. Another type stops its process. */
export const MODULE_FIELDS = {
  kpi: { ...value, ...format, 'date-period': Text('quarter.') },
  bar_chart_with_number: { ...optionalValue, ...period, ...format, ...anyAxes },
  realtime: {},
  user_satisfaction: { ...value },
  user_satisfaction_graph: {
    ...optionalValue,
    ...period,
    ...format,
    ...anyAxes,
    trim: orNull(Type.Union([Type.Boolean(), Type.Integer()])),
    'total-attribute': Text('total:sum.')
  },
  journey: { ...optionalValue, ...matching, ...groupAxes },
  grouped_timeseries: { ...value, ...period, ...format, ...lineAxes, ...switches },
  comparison: { ...value, ...period, ...format, ...lineAxes, ...switches },
  single_timeseries: {
    ...optionalValue,
    ...period,
    ...format,
    ...anyAxes,
    'numerator-matcher': Type.Optional(Matcher),
    'denominator-matcher': Type.Optional(Matcher)
  },
  completion_rate: { ...optionalValue, ...matching, ...matchers, ...period, ...anyAxes },
  completion_table: {
    ...optionalValue, ...matching, ...matchers, ...period, ...anyAxes, category: Type.String({ minLength: 1 })
  },
  table: {
    axes: tolerant({ x: OneOrMore(Axis), y: Type.Array(Axis, { minItems: 1 }) }),
    'sort-by': Text('Field.'),
    'sort-order': Text('ascending or descending.')
  },
  list: {
    'label-attr': Type.String({ minLength: 1 }),
    'label-regex': Type.Optional(Matcher),
    'link-attr': Text('Field.'),
    'url-root': Text('Before the link.')
  },
  column: pinned,
  applications: pinned,
  headline_figure: pinned,
  availability: anyAxes,
  tab: {},
  section: {}
} satisfies Record<string, TProperties>
/** Fields that the front end makes a regular expression of. */
export const MATCHERS = ['numerator-matcher', 'denominator-matcher', 'label-regex'] as const
export type ModuleType = keyof typeof MODULE_FIELDS
export const MODULE_TYPES = Object.keys(MODULE_FIELDS) as ModuleType[]

const common = {
  slug: Slug('Part of its address; one of a kind among its neighbours.', 'volumetrics'),
  'module-type': Type.Enum(MODULE_TYPES, { description: 'What it is drawn as.', examples: ['grouped_timeseries'] }),
  title: Type.Optional(Type.Union([Type.String(), Type.Null()], { examples: ['Missed collections breakdown'] })),
  description: Text('HTML.'),
  info: orNull(Type.Array(Type.String(), { description: 'Notes, HTML.' })),
  classes: Text('CSS classes.')
}

/** A module whatever its type; `moduleSchema` knows more. */
export const ModuleSchema = Type.Object({
  ...common,
  'data-source': Type.Optional(DataSourceSchema),
  modules: Type.Optional(Type.Array(Type.Unknown(), { description: 'Of a section: modules.' })),
  tabs: Type.Optional(Type.Array(Type.Unknown(), { description: 'Of a tab: modules, one shown at a time.' }))
}, { additionalProperties: true })

/** The form of a module of one type, without its children. */
export function moduleSchema (type: ModuleType) {
  const source = type === 'tab' || type === 'section' ? Type.Optional(DataSourceSchema) : DataSourceSchema
  const children = {
    modules: type === 'section' ? Type.Array(Type.Unknown()) : orNull(Type.Array(Type.Unknown(), { maxItems: 0 })),
    tabs: type === 'tab' ? Type.Array(Type.Unknown(), { minItems: 1 }) : Type.Optional(Type.Unknown())
  }
  return tolerant({ ...common, 'data-source': source, ...children, ...MODULE_FIELDS[type] })
}

export const DashboardSchema = Type.Object({
  slug: Type.Optional(Type.String({ description: 'As in the address.', examples: ['solihull-local-authority'] })),
  'page-type': Type.Optional(Type.Literal('dashboard', { description: 'Another one would stop the front end.' })),
  'dashboard-type': Type.Enum([...DASHBOARD_TYPES], {
    description: 'Where the list of dashboards has it.', examples: ['transaction']
  }),
  published: Type.Boolean({
    description: 'If not, it is there for its audience alone, to whom front ends show it with a warning.',
    examples: [true]
  }),
  audience: Type.Optional(Type.Enum([...AUDIENCES], {
    description: 'Who reads it before it is published: its authority’s people (authority), or everybody with a token.',
    examples: ['authority']
  })),
  publish_at: orNull(Type.String({ maxLength: 40, description: 'When it is published by itself, with an offset.' })),
  title: Type.String({ minLength: 1, maxLength: 256, examples: ['Solihull: Missed bin reporting'] }),
  strapline: Text('Above the title.'),
  tagline: Text('HTML.'),
  description: Text('HTML.'),
  'description-extra': Text('HTML.'),
  costs: Text('HTML.'),
  'other-notes': Text('HTML.'),
  'customer-type': Text('Such as Individuals.'),
  'business-model': Text('Such as Department budget.'),
  department: Type.Optional(Organisation),
  agency: Type.Optional(Organisation),
  service: Type.Optional(Organisation),
  relatedPages: orNull(tolerant({
    transaction: orNull(Link),
    other: orNull(Type.Array(Link)),
    'improve-dashboard-message': orNull(Type.Boolean())
  })),
  modules: Type.Array(Type.Unknown(), { maxItems: 200, description: 'Modules, from top to bottom.' })
}, { additionalProperties: true })

export type DataSource = Static<typeof DataSourceSchema>
export interface Module extends Static<typeof ModuleSchema> {
  modules?: Module[]
  tabs?: Module[]
  [field: string]: unknown
}
export interface Dashboard extends Omit<Static<typeof DashboardSchema>, 'modules' | 'page-type'> {
  slug: string
  'page-type': 'dashboard' | 'module'
  modules: Module[]
}
