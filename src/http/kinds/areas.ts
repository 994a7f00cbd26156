import { Type } from 'typebox'
import {
  AREA_KINDS, areaOf, areasOfAll, checkAreas, endArea, refuseReleasedDays, refuseReleasedEnd, removeArea, writeAreas,
  type AreaInput
} from '../../catalogue/areas.ts'
import { areasOn } from '../../catalogue/asked.ts'
import type { CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { isUnknown, type Area, type Authority, type Directory } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import { parseDay } from '../../domain/calendar.ts'
import { releasedUpTo } from '../../releases/store/releases.ts'
import { AreaSchema } from '../schemas/catalogue.ts'
import { Day, Nullable } from '../schemas/common.ts'
import { areaToWire } from '../wire/catalogue.ts'
import type { Kind } from './kind.ts'
import type { RequestPool } from '../../postgres/scoped.ts'

const OpenDay = (description: string, example: string) =>
  Type.Optional(Nullable(Day(description, example), { default: null, examples: [example] }))
const fields = {
  code: Type.String({
    minLength: 3,
    maxLength: 80,
    pattern: '^[A-Za-z0-9][A-Za-z0-9-]*$',
    description: 'GSS code; a code of your own until it is known.',
    examples: ['E05001284']
  }),
  kind: Type.Optional(Type.Enum(Object.keys(AREA_KINDS), { default: 'ward' })),
  name: Type.String({ minLength: 1, maxLength: 120, examples: ['Bickenhill'] }),
  valid_from: OpenDay('First day; null: not known.', '2026-05-07'),
  valid_to: OpenDay('Last day; null: it goes on.', '2030-05-01'),
  note: Type.Optional(Type.String({ maxLength: 300, default: '', examples: ['renamed Arden'] }))
}
const AreaRowSchema = Type.Object({
  authority: Type.String({ maxLength: 100, description: 'Slug or GSS code.', examples: ['solihull'] }), ...fields
}, { $id: 'AreaRow', additionalProperties: false, description: 'A ward or other area of an authority, as it is set.' })

/** Without its authority, where the address names it. */
export const AreaInputSchema = Type.Object(fields, {
  $id: 'AreaInput',
  additionalProperties: false,
  description: 'A ward; first and last day inclusive, open where left out.'
})

const authorityIn = (directory: Directory, name: string): Authority =>
  known(directory.authority(name), 'unknown-authority', 'authority')
const ownerOf = (directory: Directory, name: string): Authority | undefined => {
  const found = directory.authority(name)
  return isUnknown(found) ? undefined : found
}

/** Wards and other areas. Those of days that are released are changed by the operator alone. */
export function areasKind (pool: RequestPool): Kind<Area, AreaInput> {
  const changesFrom = async ({ principal }: CatalogueChange, { id }: Authority): Promise<number> =>
    principal.kind === 'operator' ? -Infinity : await releasedUpTo(pool.within({ authorityIds: [id] }), id) ?? -Infinity
  return {
    path: '/areas',
    one: 'Area',
    many: 'Areas',
    tag: 'catalogue',
    summary: 'Wards and other areas, past and present: of an authority, or all',
    address: [
      { parameter: 'authority', field: 'authority', example: 'solihull', description: 'Slug or GSS code.' },
      { parameter: 'code', field: 'code', example: 'E05001284', description: 'Its code.' }
    ],
    row: AreaSchema,
    input: AreaRowSchema,
    examples: [
      { authority: 'solihull', code: 'E05001284', name: 'Bickenhill', valid_to: '2026-05-06' },
      { authority: 'solihull', code: 'E05016416', name: 'Arden', valid_from: '2026-05-07', note: 'was Bickenhill' }
    ],
    filters: {
      authority: Type.Optional(Type.String({
        description: 'Slug, GSS code or name. Those of a county are its districts’.', examples: ['solihull']
      })),
      on: Type.Optional(Day('Those of this day; all there ever were, if left out.', '2018-01-01')),
      kind: Type.Optional(Type.Enum(Object.keys(AREA_KINDS), { description: 'Only areas of this kind.' }))
    },
    permission: 'administrator',
    codes: ['unknown-authority', 'invalid-period-range'],
    operationIds: { put: 'putArea', putMany: 'putAllAreas' },
    rows: (directory, { authority, kind, on }) =>
      areasOn(
        typeof authority === 'string' ? directory.areasOf(authorityIn(directory, authority)) : areasOfAll(directory),
        on as string | undefined
      ).filter((area) => kind === undefined || area.kind === kind),
    key: ({ authority_id: id, code }, { authorityById }) => `${authorityById.get(id)?.slug ?? ''}/${code}`,
    names: ({ code, name }) => [code, name],
    toWire: areaToWire,
    find: (directory, { authority = '', code = '' }) => areaOf(directory, authorityIn(directory, authority), code),
    canonical: (directory, input) => ({
      ...input, authority: ownerOf(directory, input.authority)?.slug ?? input.authority
    }),
    existing: (directory, { authority, code }) => {
      const owner = ownerOf(directory, authority)
      return owner === undefined ? undefined : areaOf(directory, owner, code)
    },
    authorityOf: (directory, { authority }) => ownerOf(directory, authority),
    check: async (change, inputs) => {
      const { directory } = change.catalogue
      const errors = checkAreas(directory, inputs)
      if (errors.length > 0) return errors
      for (const [name, some] of Map.groupBy(inputs, ({ authority }) => authority)) {
        const owner = authorityIn(directory, name)
        refuseReleasedDays(directory, owner, some, await changesFrom(change, owner))
      }
      return []
    },
    write: writeAreas,
    guard: async (change, area, from) => {
      const owner = change.catalogue.directory.authorityById.get(area.authority_id)
      if (owner === undefined) return
      refuseReleasedEnd(area, from === undefined ? undefined : parseDay(from), await changesFrom(change, owner))
    },
    remove: removeArea,
    end: endArea
  }
}
