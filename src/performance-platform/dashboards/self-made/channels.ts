import type { Channel, DataSet, Directory } from '../../../catalogue/directory.ts'

/** How a front end calls the values of a data set's `channel`. */
export class ChannelNames {
  readonly #byName: Map<string, Channel[]>

  /** `set`: where the address is configured, its own labels (a view of typed data) or the names its senders use. */
  constructor ({ channels }: Directory, set?: DataSet) {
    const labels = set?.labels
    const namesOf = ({ slug, aliases }: Channel): string[] =>
      set === undefined ? [slug] : labels ? [labels[slug] ?? slug] : [slug, ...aliases]
    this.#byName = new Map()
    for (const channel of channels) {
      for (const name of new Set(namesOf(channel))) this.#byName.set(name, [...this.#byName.get(name) ?? [], channel])
    }
  }

  label (name: string): string {
    const [channel, another] = this.#byName.get(name) ?? []
    return channel === undefined || another !== undefined || name !== channel.slug ? name : channel.label
  }
}
