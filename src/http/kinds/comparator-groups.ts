import { Type } from 'typebox'
import { known } from '../../catalogue/explain.ts'
import type { ComparatorGroupRow } from '../../catalogue/store/kpis.ts'
import {
  checkComparatorGroups, removeComparatorGroup, writeComparatorGroups, type ComparatorGroupInput
} from '../../kpi/administration/comparator-groups.ts'
import type { Kind } from './kind.ts'

const fields = {
  slug: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', examples: ['waste-benchmarking-club'] }),
  title: Type.String({ minLength: 1, maxLength: 120, examples: ['Waste benchmarking club'] }),
  authorities: Type.Array(Type.String({ maxLength: 100 }), {
    minItems: 1, maxItems: 500, description: 'Slugs or GSS codes.', examples: [['solihull', 'kirklees']]
  })
}

/** Named groups of authorities to compare. */
export const comparatorGroups: Kind<ComparatorGroupRow, ComparatorGroupInput> = {
  path: '/comparator-groups',
  one: 'ComparatorGroup',
  many: 'ComparatorGroups',
  tag: 'kpis',
  summary: 'The named groups',
  address: [{ parameter: 'slug', field: 'slug', example: 'waste-benchmarking-club' }],
  row: Type.Object(fields, { $id: 'ComparatorGroup', description: 'A named group of authorities.' }),
  input: Type.Object(fields, {
    $id: 'ComparatorGroupInput', additionalProperties: false, description: 'A named group of authorities.'
  }),
  examples: [
    { slug: 'waste-benchmarking-club', title: 'Waste benchmarking club', authorities: ['solihull', 'kirklees'] }
  ],
  filters: {
    authority: Type.Optional(Type.String({
      maxLength: 120, description: 'Only groups that it is in.', examples: ['solihull']
    }))
  },
  permission: 'operator',
  codes: ['unknown-authority', 'unknown-group'],
  without: ['put'],
  rows: (directory, query) => {
    const { authority } = query as { authority?: string }
    const groups = [...directory.kpis.groups.values()]
    if (authority === undefined) return groups
    const { id } = known(directory.authority(authority), 'unknown-authority', 'authority')
    return groups.filter(({ authorities }) => authorities.includes(id))
  },
  key: ({ slug }) => slug,
  names: ({ slug, title }) => [slug, title],
  toWire: ({ slug, title, authorities }, directory) => ({
    slug, title, authorities: authorities.flatMap((id) => directory.authorityById.get(id)?.slug ?? [])
  }),
  find: ({ kpis }, { slug = '' }) => kpis.groups.get(slug),
  existing: ({ kpis }, { slug }) => kpis.groups.get(slug),
  check: checkComparatorGroups,
  write: writeComparatorGroups,
  remove: removeComparatorGroup
}
