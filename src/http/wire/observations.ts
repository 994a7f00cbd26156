import type { Directory } from '../../catalogue/directory.ts'
import type { FigureVersion } from '../../observations/store/versions.ts'

const versionToWire = ({ value, revision, provisional, note, withdrawn, receivedAt, receiptId }: FigureVersion) => ({
  value, revision, provisional, note, withdrawn, received_at: receivedAt.toISOString(), receipt: String(receiptId)
})

/** Figures with their history; versions newest first for each figure. */
export function figuresToWire (versions: FigureVersion[], directory: Directory) {
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
