import { sql, type Kysely } from 'kysely'
import { startOfDay } from '../../domain/calendar.ts'
import type { Tables } from '../../postgres/tables.ts'
import type { Plan } from '../reorganisation/plan.ts'
import type { Begun } from '../reorganisation/scene.ts'
import { isYetToBegin } from '../reorganisation/wards.ts'
import type { Undo } from './undo-reorganisation.ts'

type Db = Kysely<Tables>
type Ids = (some: readonly Begun[]) => number[]

/** Lets nobody else change the catalogue until the transaction ends, so that what was planned is what is there. */
export async function lockCatalogue (db: Db): Promise<void> {
  await sql`
    LOCK TABLE authority, area, provision, source, comparator_group, disclosure_rule, reorganisation
    IN SHARE ROW EXCLUSIVE MODE`.execute(db)
}

/** Carries a plan out. Returns what is needed to undo it. */
export async function applyPlan (db: Db, plan: Plan, at: Date): Promise<Undo> {
  const idOf = await beginAuthorities(db, plan, at)
  const ids: Ids = (some) => some.map((one) => idOf.get(one) ?? 0)
  await endAuthorities(db, plan, at)
  await moveWards(db, plan, ids, at)
  await extendLists(db, plan, ids, at)
  const tokens = await endTokens(db, plan)
  const { scene: { dayBefore, ended, begun }, wards, sources, groups, covers, administrators } = plan
  await addProvision(db, plan, ids, at)
  await addRules(db, plan, ids, at)
  return {
    dayBefore,
    ended: [...ended.values()].map(({ row: { id, valid_to, origin, changed_at } }) => ({
      id, valid_to, origin, changed_at
    })),
    begun: ids(begun),
    areas: wards.map(({ area: { id, valid_to, origin, changed_at } }) => ({ id, valid_to, origin, changed_at })),
    sources: sources.map(({ source, to }) => ({
      id: source.id, added: ids(to).filter((one) => !source.provider_for.includes(one))
    })),
    tokens,
    groups: groups.map(({ slug, added }) => ({ slug, added: ids(added) })),
    covers: covers.map(({ body: { id, origin, changed_at }, added }) => ({
      id, origin, changed_at, added: added.map(({ row }) => row.key)
    })),
    administrators: administrators.map(({ tokenId, added }) => ({ id: tokenId, added: ids(added) }))
  }
}

async function beginAuthorities (db: Db, { scene: { begun, onText } }: Plan, at: Date): Promise<Map<Begun, number>> {
  const idOf = new Map<Begun, number>()
  for (const one of begun) {
    const { id } = await db.insertInto('authority').values({
      ...one.row,
      valid_from: onText,
      valid_to: null,
      replaced_by: [],
      former_gss: [],
      covers: begun.filter(({ row }) => row.parent_gss === one.row.key).map(({ row }) => row.key),
      origin: 'local',
      changed_at: at
    }).returning('id').executeTakeFirstOrThrow()
    idOf.set(one, id)
  }
  return idOf
}

async function endAuthorities (db: Db, { scene: { ended, dayBefore } }: Plan, at: Date): Promise<void> {
  for (const { row, successors } of ended.values()) {
    await db.updateTable('authority').set({
      valid_to: dayBefore, replaced_by: successors.map((one) => one.row.key), origin: 'local', changed_at: at
    }).where('id', '=', row.id).execute()
  }
}

/** The row of a ward ends with its authority; from the day on another one of the same code says whose it is. */
async function moveWards (db: Db, { scene, wards }: Plan, ids: Ids, at: Date): Promise<void> {
  const { on, onText, dayBefore } = scene
  const local = { origin: 'local' as const, changed_at: at }
  const [never, were] = [true, false].map((yet) => wards.filter((ward) => isYetToBegin(ward, on) === yet))
  const idsOf = (some: typeof wards = []): number[] => some.map(({ area }) => area.id)
  await db.updateTable('area').set({ ...local, valid_to: dayBefore })
    .where((where) => where('id', '=', sql<number>`ANY (${idsOf(were)}::int4[])`)).execute()
  await db.updateTable('area').set({ ...local, removed_at: at })
    .where((where) => where('id', '=', sql<number>`ANY (${idsOf(never)}::int4[])`)).execute()
  const rows = wards.flatMap((ward) => {
    if (ward.to === undefined) return []
    const { id: _, ...area } = ward.area
    const [authority_id = 0] = ids([ward.to])
    const { valid_from, valid_to, dates_basis } = area
    const dates = isYetToBegin(ward, on)
      ? { valid_from, dates_basis }
      // The first day is the law's now, whatever the old one was derived from.
      : { valid_from: onText, dates_basis: valid_to === null ? 'stated' : dates_basis }
    return [{ ...area, ...local, authority_id, ...dates }]
  })
  if (rows.length > 0) await db.insertInto('area').values(rows).execute()
}

/** Successors stand beside those that end wherever these are listed. */
async function extendLists (db: Db, plan: Plan, ids: Ids, at: Date): Promise<void> {
  const { sources, groups, covers, administrators } = plan
  for (const { source, to, own } of sources) {
    await sql`
      UPDATE source SET provider_for = ${union('provider_for', 'int2', ids(to))}, updated_at = ${at},
        carried_to = ${union('carried_to', 'int2', own ? ids(to) : [])}
      WHERE id = ${source.id}`.execute(db)
  }
  for (const { slug, added } of groups) {
    await sql`
      UPDATE comparator_group SET authorities = ${union('authorities', 'int2', ids(added))} WHERE slug = ${slug}`
      .execute(db)
  }
  for (const { body, added } of covers) {
    await sql`
      UPDATE authority SET covers = ${union('covers', 'text', added.map(({ row }) => row.key))}, origin = 'local',
        changed_at = ${at}
      WHERE id = ${body.id}`.execute(db)
  }
  for (const { tokenId, added } of administrators) {
    await sql`UPDATE token SET authorities = ${union('authorities', 'int2', ids(added))} WHERE id = ${tokenId}`
      .execute(db)
  }
}

/** A list with more at its end, each once. */
function union (column: string, type: 'int2' | 'text', more: ReadonlyArray<number | string>) {
  const list = sql`${more}::${sql.raw(type)}[]`
  return sql`${sql.ref(column)} || ARRAY(SELECT one FROM unnest(${list}) AS one WHERE one <> ALL (${sql.ref(column)}))`
}

/** Tokens of sources that end work until midnight; those that end sooner do so. */
async function endTokens (db: Db, { scene: { on }, sources }: Plan): Promise<Undo['tokens']> {
  const midnight = new Date(startOfDay(on))
  const { rows } = await sql<Undo['tokens'][number]>`
    UPDATE token SET expires_at = ${midnight} FROM token AS old
    WHERE token.id = old.id AND (old.expires_at IS NULL OR old.expires_at > ${midnight})
      AND token.source_id = ANY (${sources.filter(({ ends }) => ends).map(({ source }) => source.id)}::int4[])
    RETURNING token.id, old.expires_at, token.expires_at AS ends_at`.execute(db)
  return rows
}

async function addProvision (db: Db, { provision }: Plan, ids: Ids, at: Date): Promise<void> {
  const rows = provision.map(({ to, service, delivers, provider, basis }) => ({
    authority_id: ids([to])[0] ?? 0,
    service_id: service.id,
    delivers,
    provider_id: provider === undefined ? null : 'row' in provider ? ids([provider])[0] ?? null : provider.id,
    basis,
    origin: 'local' as const,
    changed_at: at
  }))
  if (rows.length > 0) await db.insertInto('provision').values(rows).execute()
}

async function addRules (db: Db, { rules }: Plan, ids: Ids, at: Date): Promise<void> {
  const rows = rules.map(({ to, serviceId, level, threshold, finest, delayDays, roundTo }) => ({
    authority_id: ids([to])[0] ?? 0,
    service_id: serviceId,
    level,
    threshold,
    finest,
    delay_days: delayDays,
    round_to: roundTo,
    updated_at: at
  }))
  if (rows.length > 0) await db.insertInto('disclosure_rule').values(rows).execute()
}
