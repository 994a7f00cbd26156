import { Type } from 'typebox'
import type { Authority } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import type { NeighbourModel } from '../../catalogue/store/settings.ts'
import { Nullable } from '../schemas/common.ts'
import { AuthorityName, listedAlone } from './fields.ts'
import type { Kind } from './kind.ts'

export const NeighbourSchema = Type.Object({
  authority: AuthorityName,
  neighbour: Type.String({ minLength: 1, maxLength: 120, description: 'Slug or GSS code.', examples: ['stockport'] }),
  rank: Type.Integer({ minimum: 1, maximum: 1000, description: '1 is the nearest.', examples: [1] }),
  model: Type.String({ minLength: 1, maxLength: 200, examples: ['CIPFA Nearest Neighbours'] }),
  source: Type.String({ minLength: 1, maxLength: 500, examples: ['https://www.cipfa.org'] }),
  date: Nullable(Type.String({ format: 'date' }), { description: 'When it was published.', examples: ['2024-03-01'] })
}, { $id: 'Neighbour', description: 'A statistical neighbour of an authority by the loaded model.' })

interface Row { authority: Authority, neighbour: Authority, rank: number, model: NeighbourModel }

/** Statistical neighbours, to be listed; routes/v1/neighbours.ts loads and removes the model. */
export const neighbours: Kind<Row, Row> = {
  path: '/neighbours',
  one: 'Neighbour',
  many: 'Neighbours',
  tag: 'kpis',
  summary: 'The statistical neighbours of authorities, by the loaded model',
  row: NeighbourSchema,
  input: NeighbourSchema,
  filters: {
    authority: Type.Optional(Type.String({
      maxLength: 120, description: 'Only its neighbours.', examples: ['solihull']
    }))
  },
  codes: ['unknown-authority'],
  rows: (directory, query) => {
    const { authority } = query as { authority?: string }
    const { neighbours } = directory.kpis
    const { model } = neighbours
    if (model === undefined) return []
    const { authorityById } = directory
    const authorities = authority === undefined
      ? neighbours.authorities.flatMap((id) => authorityById.get(id) ?? [])
      : [known(directory.authority(authority), 'unknown-authority', 'authority')]
    return authorities.flatMap((authority) =>
      (neighbours.of(authority.id) ?? []).flatMap(({ id, rank }): Row[] => {
        const neighbour = authorityById.get(id)
        return neighbour === undefined ? [] : [{ authority, neighbour, rank, model }]
      })
    )
  },
  key: ({ authority, rank }) => `${authority.slug}/${String(rank).padStart(4, '0')}`,
  names: ({ authority, neighbour }) => [authority.slug, authority.name, neighbour.slug, neighbour.name],
  toWire: ({ authority, neighbour, rank, model }) => ({
    authority: authority.slug,
    neighbour: neighbour.slug,
    rank,
    model: model.title,
    source: model.source,
    date: model.published_on
  }),
  ...listedAlone
}
