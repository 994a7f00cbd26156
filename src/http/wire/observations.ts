import type { Directory } from '../../catalogue/directory.ts'
import type { ObservationVersion } from '../../observations/store/versions.ts'

const versionToWire = (
  { value, revision, provisional, note, withdrawn, receivedAt, receiptId }: ObservationVersion
) => ({
  value, revision, provisional, note, withdrawn, received_at: receivedAt.toISOString(), receipt: String(receiptId)
})

/** Observations with their history, from versions that are newest first for each observation. */
export function observationsToWire (versions: ObservationVersion[], directory: Directory) {
  const byPlace = Map.groupBy(versions, ({ channelId, wardId }) => `${channelId} ${wardId}`)
  return [...byPlace.values()].flatMap(([newest, ...earlier]) =>
    newest === undefined
      ? []
      : [{
          channel: directory.channelById.get(newest.channelId)?.slug ?? null,
          ward: directory.areaById.get(newest.wardId)?.code ?? null,
          ...versionToWire(newest),
          history: earlier.map(versionToWire)
        }]
  )
}
